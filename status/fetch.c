/*
 * Fetching by HTTP.  See fetch.h.
 *
 * libcurl is loaded when it is wanted: with all that it brings it would double
 * the libraries in core and signer, which never fetch anything.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

#include "fetch.h"

#define REDIRECTIONS	3L
#define MILLISECOND	(USEC / 1000)

static struct {
	CURL		*(*easy_init)(void);
	CURLcode	 (*easy_setopt)(CURL *, CURLoption, ...);
	CURLcode	 (*easy_perform)(CURL *);
	CURLcode	 (*easy_getinfo)(CURL *, CURLINFO, ...);
	const char	*(*easy_strerror)(CURLcode);
	void		 (*easy_cleanup)(CURL *);
	bool		 loaded;
} curl_api;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
load(void)
{
	const struct {
		const char	*name;
		void		*to;
	} symbols[] = {
		{ "curl_easy_init", &curl_api.easy_init },
		{ "curl_easy_setopt", &curl_api.easy_setopt },
		{ "curl_easy_perform", &curl_api.easy_perform },
		{ "curl_easy_getinfo", &curl_api.easy_getinfo },
		{ "curl_easy_strerror", &curl_api.easy_strerror },
		{ "curl_easy_cleanup", &curl_api.easy_cleanup },
	};
	void *library = dlopen("libcurl.so.4", RTLD_NOW), *symbol;

	for (size_t i = 0; library != NULL &&
	    i < sizeof symbols / sizeof symbols[0]; i++) {
		if ((symbol = dlsym(library, symbols[i].name)) == NULL)
			return;
		memcpy(symbols[i].to, &symbol, sizeof symbol);
	}
	curl_api.loaded = library != NULL;
}

static size_t
take(char *octets, size_t one, size_t count, void *arg)
{
	struct bytes *to = arg;

	if (to->size + one * count > FETCH_MOST)
		return 0;		/* ends it */
	bytes_put(to, octets, one * count);
	return one * count;
}

static int
perform(CURL *curl, const char *url, usec_t patience, struct bytes *to,
    struct err *err)
{
	char why[CURL_ERROR_SIZE] = "";
	long code = 0;
	CURLcode rc;

	curl_api.easy_setopt(curl, CURLOPT_URL, url);
	curl_api.easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_api.easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	curl_api.easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
	curl_api.easy_setopt(curl, CURLOPT_MAXREDIRS, REDIRECTIONS);
	curl_api.easy_setopt(curl, CURLOPT_TIMEOUT_MS,
	    (long)(patience / MILLISECOND));
	curl_api.easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_api.easy_setopt(curl, CURLOPT_USERAGENT, "pkifs-probe/" PKIFS_VERSION);
	curl_api.easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
	curl_api.easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_api.easy_setopt(curl, CURLOPT_WRITEDATA, to);
	if ((rc = curl_api.easy_perform(curl)) != CURLE_OK)
		return err_set(err, EIO, "%s", why[0] != '\0' ? why :
		    curl_api.easy_strerror(rc));
	curl_api.easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
	if (code != 200)
		return err_set(err, EIO, "answered with %ld", code);
	return 0;
}

int
fetch(const char *url, usec_t patience, struct bytes *to, usec_t *took,
    struct err *err)
{
	usec_t begin = clock_steady();
	CURL *curl;
	int result;

	*took = 0;
	bytes_clear(to);
	pthread_once(&once, load);
	if (!curl_api.loaded)
		return err_set(err, EIO, "libcurl cannot be loaded: %s",
		    dlerror());
	if ((curl = curl_api.easy_init()) == NULL)
		die("out of memory");
	result = perform(curl, url, patience, to, err);
	*took = clock_steady() - begin;
	curl_api.easy_cleanup(curl);
	return result;
}

void
fetch_escape(struct bytes *to, const char *text)
{
	for (; *text != '\0'; text++)
		if (strchr("/+=", *text) != NULL)
			bytes_printf(to, "%%%02X", (unsigned char)*text);
		else
			put_u8(to, (uint8_t)*text);
}
