/*
 * The schema, version by version.  A version that was released is never
 * edited: the next one is a new text behind it.
 *
 * Conventions: times are microseconds since 1970; digests, serials and keys
 * are octets; what may be missing is NULL, never 0 or ''.  Tables that are
 * listed keep their large octets in a table beside them, so that a listing
 * does not read them.  Where something becomes old (statuses, publications,
 * OCSP answers), `superseded` is when, and store_prune removes it later.
 *
 * A BEFORE INSERT trigger stands beside each BEFORE UPDATE and BEFORE DELETE
 * because INSERT OR REPLACE deletes without asking the delete trigger.
 *
 * Of a statement that may have to be taken back halfway SQLite copies every
 * page before it is written.  An issuance is a score of INSERTs of one row, in
 * which nothing is written until all was checked: so that none of it is copied,
 * they are INSERT OR FAIL, their triggers FAIL too, their references are looked
 * at by the commit, and no CHECK of theirs calls a function.
 */
#include <errno.h>
#include <stdio.h>

#include "store_schema.h"

#define APPLICATION_ID	0x706b6966	/* "pkif" */

static const char evidence_1[] =
    "CREATE TABLE meta ("
    " name TEXT PRIMARY KEY,"
    " value ANY NOT NULL) STRICT, WITHOUT ROWID;"
    /* DESIGN 2.2: a sandbox is one from birth and can never be another. */
    "CREATE TRIGGER meta_sandbox_insert BEFORE INSERT ON meta"
    " WHEN NEW.name = 'sandbox' AND EXISTS (SELECT 1 FROM meta"
    "  WHERE name = 'sandbox'"
    "  AND CAST(value AS TEXT) <> CAST(NEW.value AS TEXT))"
    " BEGIN SELECT RAISE(ABORT, 'a sandbox stays a sandbox'); END;"
    "CREATE TRIGGER meta_sandbox_update BEFORE UPDATE ON meta"
    " WHEN OLD.name = 'sandbox' AND (NEW.name <> OLD.name"
    "  OR CAST(NEW.value AS TEXT) <> CAST(OLD.value AS TEXT))"
    " BEGIN SELECT RAISE(ABORT, 'a sandbox stays a sandbox'); END;"
    "CREATE TRIGGER meta_sandbox_delete BEFORE DELETE ON meta"
    " WHEN OLD.name = 'sandbox'"
    " BEGIN SELECT RAISE(ABORT, 'a sandbox stays a sandbox'); END;"

    "CREATE TABLE events ("
    " seq INTEGER PRIMARY KEY,"
    " time INTEGER NOT NULL,"
    " hour INTEGER NOT NULL,"
    " size INTEGER NOT NULL,"
    " name TEXT NOT NULL,"
    " certificate INTEGER,"
    " request INTEGER,"
    " sha256 BLOB NOT NULL) STRICT;"
    /* From which event on it is another hour than before. */
    "CREATE TABLE event_hours ("
    " first INTEGER PRIMARY KEY,"
    " hour INTEGER NOT NULL) STRICT;"
    "CREATE INDEX event_hours_by_hour ON event_hours (hour);"
    "CREATE INDEX events_by_certificate ON events (certificate)"
    " WHERE certificate IS NOT NULL;"
    "CREATE INDEX events_by_request ON events (request)"
    " WHERE request IS NOT NULL;"
    /* What texts of a kind are packed with: store_packed.h. */
    "CREATE TABLE dictionaries ("
    " id INTEGER PRIMARY KEY,"
    " day INTEGER NOT NULL,"
    " kind TEXT NOT NULL,"
    " bytes BLOB NOT NULL) STRICT;"
    "CREATE INDEX dictionaries_by_kind ON dictionaries (kind, day);"
    "CREATE TABLE event_bytes ("
    " seq INTEGER PRIMARY KEY REFERENCES events"
    "  DEFERRABLE INITIALLY DEFERRED,"
    " dictionary INTEGER REFERENCES dictionaries"
    "  DEFERRABLE INITIALLY DEFERRED,"
    " bytes BLOB NOT NULL) STRICT;"
    "CREATE TRIGGER events_insert BEFORE INSERT ON events"
    " WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM events)"
    " BEGIN SELECT RAISE(FAIL, 'events are numbered without a gap'); END;"
    "CREATE TRIGGER events_update BEFORE UPDATE ON events"
    " BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;"
    "CREATE TRIGGER events_delete BEFORE DELETE ON events"
    " BEGIN SELECT RAISE(ABORT, 'an event is never removed'); END;"
    "CREATE TRIGGER dictionaries_insert BEFORE INSERT ON dictionaries"
    " WHEN EXISTS (SELECT 1 FROM dictionaries WHERE id = NEW.id)"
    " BEGIN SELECT RAISE(FAIL, 'a dictionary is never changed'); END;"
    "CREATE TRIGGER dictionaries_update BEFORE UPDATE ON dictionaries"
    " BEGIN SELECT RAISE(ABORT, 'a dictionary is never changed'); END;"
    "CREATE TRIGGER dictionaries_delete BEFORE DELETE ON dictionaries"
    " BEGIN SELECT RAISE(ABORT, 'a dictionary is never removed'); END;"
    "CREATE TRIGGER event_bytes_insert BEFORE INSERT ON event_bytes"
    " WHEN EXISTS (SELECT 1 FROM event_bytes WHERE seq = NEW.seq)"
    " BEGIN SELECT RAISE(FAIL, 'an event is never changed'); END;"
    "CREATE TRIGGER event_bytes_update BEFORE UPDATE ON event_bytes"
    " BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;"
    "CREATE TRIGGER event_bytes_delete BEFORE DELETE ON event_bytes"
    " BEGIN SELECT RAISE(ABORT, 'an event is never removed'); END;"

    "CREATE TABLE documents ("
    " id INTEGER PRIMARY KEY,"
    " time INTEGER NOT NULL,"
    " size INTEGER NOT NULL,"
    " place INTEGER NOT NULL,"
    " sha256 BLOB NOT NULL UNIQUE) STRICT;"
    "CREATE TABLE document_bytes ("
    " id INTEGER PRIMARY KEY REFERENCES documents"
    "  DEFERRABLE INITIALLY DEFERRED,"
    " bytes BLOB NOT NULL) STRICT;"
    "CREATE TRIGGER documents_insert BEFORE INSERT ON documents"
    " WHEN EXISTS (SELECT 1 FROM documents"
    "  WHERE sha256 = NEW.sha256 OR id = NEW.id)"
    " BEGIN SELECT RAISE(FAIL, 'a document is never changed'); END;"
    "CREATE TRIGGER documents_update BEFORE UPDATE ON documents"
    " BEGIN SELECT RAISE(ABORT, 'a document is never changed'); END;"
    "CREATE TRIGGER documents_delete BEFORE DELETE ON documents"
    " BEGIN SELECT RAISE(ABORT, 'a document is never removed'); END;"
    "CREATE TRIGGER document_bytes_insert BEFORE INSERT ON document_bytes"
    " WHEN EXISTS (SELECT 1 FROM document_bytes WHERE id = NEW.id)"
    " BEGIN SELECT RAISE(FAIL, 'a document is never changed'); END;"
    "CREATE TRIGGER document_bytes_update BEFORE UPDATE ON document_bytes"
    " BEGIN SELECT RAISE(ABORT, 'a document is never changed'); END;"
    "CREATE TRIGGER document_bytes_delete BEFORE DELETE ON document_bytes"
    " BEGIN SELECT RAISE(ABORT, 'a document is never removed'); END;";

static const char registry_1[] =
    "CREATE TABLE subscribers ("
    " id INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL UNIQUE,"
    " gid INTEGER NOT NULL,"
    " since INTEGER NOT NULL,"
    " sandbox INTEGER NOT NULL,"
    " profiles TEXT NOT NULL) STRICT;"	/* by spaces */
    "CREATE TABLE subscriber_users ("
    " uid INTEGER NOT NULL,"
    " subscriber INTEGER NOT NULL REFERENCES subscribers,"
    " PRIMARY KEY (uid, subscriber)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE agreements ("
    " id INTEGER PRIMARY KEY,"
    " subscriber INTEGER NOT NULL REFERENCES subscribers,"
    " part INTEGER NOT NULL CHECK (part IN (1, 2)),"
    " publish INTEGER NOT NULL,"
    " party TEXT NOT NULL,"
    " terms TEXT NOT NULL,"
    " terms_sha256 BLOB NOT NULL,"
    " document_sha256 BLOB,"
    " time INTEGER NOT NULL,"
    " uid INTEGER NOT NULL,"
    " sandbox INTEGER NOT NULL) STRICT;"
    "CREATE INDEX agreements_by_part ON agreements (subscriber, part);"
    "CREATE TRIGGER agreements_update BEFORE UPDATE ON agreements"
    " BEGIN SELECT RAISE(ABORT, 'an agreement is never changed'); END;"
    "CREATE TRIGGER agreements_delete BEFORE DELETE ON agreements"
    " BEGIN SELECT RAISE(ABORT, 'an agreement is never removed'); END;"
    "CREATE TABLE boxes ("
    " id INTEGER PRIMARY KEY,"
    " subscriber INTEGER NOT NULL,"	/* 0: the root box */
    " profile TEXT NOT NULL,"
    " since INTEGER NOT NULL,"
    " UNIQUE (subscriber, profile)) STRICT;"
    /* What was read of one is kept (store_registry.c). */
    "CREATE TRIGGER boxes_update BEFORE UPDATE ON boxes"
    " BEGIN SELECT RAISE(ABORT, 'a box is never changed'); END;"
    "CREATE TRIGGER boxes_delete BEFORE DELETE ON boxes"
    " BEGIN SELECT RAISE(ABORT, 'a box is never removed'); END;"
    "CREATE TABLE facts ("
    " name TEXT PRIMARY KEY,"
    " sha256 BLOB NOT NULL) STRICT, WITHOUT ROWID;";

static const char requests_1[] =
    "CREATE TABLE slots ("
    " id INTEGER PRIMARY KEY,"
    " box INTEGER NOT NULL REFERENCES boxes,"
    " subscriber INTEGER NOT NULL,"
    " file INTEGER NOT NULL,"
    " shown INTEGER NOT NULL,"		/* names not cleared */
    " name TEXT NOT NULL,"
    " file_name TEXT NOT NULL,"
    " uid INTEGER NOT NULL,"
    " mtime INTEGER NOT NULL,"
    " size INTEGER NOT NULL,"
    " request INTEGER,"
    " certificate INTEGER,"
    " status INTEGER,"
    " sha256 BLOB,"
    " UNIQUE (box, name)) STRICT;"
    "CREATE INDEX slots_by_file ON slots (file);"
    "CREATE INDEX slots_shown ON slots (box) WHERE shown;"

    "CREATE TABLE requests ("
    " id INTEGER PRIMARY KEY,"
    " slot INTEGER NOT NULL,"
    " box INTEGER NOT NULL,"		/* of the slot */
    " subscriber INTEGER NOT NULL,"
    " state INTEGER NOT NULL,"
    " received INTEGER NOT NULL,"
    " decided INTEGER NOT NULL,"
    " uid INTEGER NOT NULL,"
    " certificate INTEGER,"
    " predecessor INTEGER,"
    " profile TEXT NOT NULL,"
    " path TEXT NOT NULL,"
    " sha256 BLOB,"
    " spki_sha256 BLOB) STRICT;"
    "CREATE INDEX requests_open ON requests (box) WHERE state < 2;"
    "CREATE INDEX requests_of_predecessor ON requests (predecessor)"
    " WHERE predecessor IS NOT NULL;"
    "CREATE TRIGGER requests_update BEFORE UPDATE ON requests"
    " WHEN NEW.id <> OLD.id OR NEW.slot <> OLD.slot"
    "  OR NEW.received <> OLD.received OR (OLD.state = 2 AND NEW.state <> 2)"
    " BEGIN SELECT RAISE(FAIL, 'what was requested is never changed'); END;"
    "CREATE TRIGGER requests_delete BEFORE DELETE ON requests"
    " BEGIN SELECT RAISE(ABORT, 'a request is never removed'); END;"

    "CREATE TABLE statuses ("
    " id INTEGER PRIMARY KEY,"
    " slot INTEGER NOT NULL,"
    " time INTEGER NOT NULL,"
    " size INTEGER NOT NULL,"		/* of the whole text */
    " dictionary INTEGER REFERENCES dictionaries"
    "  DEFERRABLE INITIALLY DEFERRED,"
    " text BLOB NOT NULL) STRICT;"
    /* Since when another is the newest; beside them, so as not to write a
     * text once more. */
    "CREATE TABLE statuses_old ("
    " time INTEGER NOT NULL,"
    " id INTEGER NOT NULL,"
    " PRIMARY KEY (time, id)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE intents ("
    " id INTEGER PRIMARY KEY,"
    " kind INTEGER NOT NULL,"
    " number INTEGER NOT NULL,"
    " request INTEGER,"
    " time INTEGER NOT NULL,"
    " size INTEGER NOT NULL,"		/* of the TBS */
    " closed TEXT,"
    " closed_time INTEGER,"
    " key TEXT NOT NULL,"
    " profile TEXT NOT NULL,"
    " shard INTEGER,"
    " serial BLOB UNIQUE,"
    " tbs_sha256 BLOB NOT NULL,"
    " tbs BLOB) STRICT;"		/* NULL: done, or large */
    "CREATE INDEX intents_open ON intents (request)"
    " WHERE closed IS NULL;"
    "CREATE TRIGGER intents_insert BEFORE INSERT ON intents"
    " WHEN EXISTS (SELECT 1 FROM intents WHERE id = NEW.id)"
    " BEGIN SELECT RAISE(FAIL, 'an intent is never replaced'); END;"
    "CREATE TRIGGER intents_update BEFORE UPDATE ON intents"
    " WHEN NEW.id <> OLD.id OR NEW.serial IS NOT OLD.serial"
    "  OR NEW.tbs_sha256 <> OLD.tbs_sha256 OR NEW.kind <> OLD.kind"
    "  OR NEW.key <> OLD.key"
    "  OR (OLD.closed IS NOT NULL AND NEW.closed IS NOT OLD.closed)"
    " BEGIN SELECT RAISE(FAIL, 'an intent is closed once'); END;"
    "CREATE TRIGGER intents_delete BEFORE DELETE ON intents"
    " BEGIN SELECT RAISE(ABORT, 'an intent is never removed'); END;";

static const char certificates_1[] =
    "CREATE TABLE certificates ("
    " id INTEGER PRIMARY KEY,"
    " request INTEGER,"
    " subscriber INTEGER,"
    " key INTEGER NOT NULL REFERENCES keys"
    "  DEFERRABLE INITIALLY DEFERRED,"
    " issued INTEGER NOT NULL,"
    " not_before INTEGER NOT NULL,"
    " not_after INTEGER NOT NULL,"
    " day INTEGER NOT NULL,"		/* of issued, since 1970 */
    " expiry_day INTEGER NOT NULL,"	/* of not_after */
    " revoked INTEGER,"
    " reason INTEGER,"
    " published INTEGER,"		/* in ca/certificates/, since */
    /* NULL: its CRL is that of all. */
    " shard INTEGER REFERENCES shards DEFERRABLE INITIALLY DEFERRED,"
    " status INTEGER NOT NULL,"
    " der_size INTEGER NOT NULL,"
    " issuer TEXT NOT NULL,"
    " profile TEXT NOT NULL,"
    " common_name TEXT NOT NULL,"
    " serial BLOB NOT NULL UNIQUE,"
    " sha256 BLOB NOT NULL,"
    " spki_sha256 BLOB NOT NULL) STRICT;"
    /* From which certificate on it is another day than before. */
    "CREATE TABLE certificate_days ("
    " first INTEGER PRIMARY KEY,"
    " day INTEGER NOT NULL) STRICT;"
    "CREATE INDEX certificate_days_by_day ON certificate_days (day);"
    "CREATE INDEX certificates_by_expiry ON certificates (expiry_day);"
    "CREATE INDEX certificates_by_key ON certificates (key);"
    "CREATE INDEX certificates_of_subscriber"
    " ON certificates (subscriber, not_after)"
    " WHERE subscriber IS NOT NULL;"
    /* A certificate without consent costs no page of it. */
    "CREATE INDEX certificates_published ON certificates (id, published)"
    " WHERE published IS NOT NULL;"
    "CREATE TABLE certificate_der ("
    " id INTEGER PRIMARY KEY REFERENCES certificates"
    "  DEFERRABLE INITIALLY DEFERRED,"
    " der BLOB NOT NULL) STRICT;"
    "CREATE TRIGGER certificates_insert BEFORE INSERT ON certificates"
    " WHEN EXISTS (SELECT 1 FROM certificates WHERE id = NEW.id)"
    " BEGIN SELECT RAISE(FAIL, 'a certificate is never replaced'); END;"
    "CREATE TRIGGER certificates_update BEFORE UPDATE ON certificates"
    " WHEN NEW.id <> OLD.id OR NEW.serial <> OLD.serial"
    "  OR NEW.sha256 <> OLD.sha256 OR NEW.spki_sha256 <> OLD.spki_sha256"
    "  OR NEW.key <> OLD.key OR NEW.issuer <> OLD.issuer"
    "  OR NEW.issued <> OLD.issued OR NEW.not_after <> OLD.not_after"
    "  OR NEW.shard IS NOT OLD.shard"
    "  OR (OLD.reason IS NOT NULL AND OLD.reason NOT IN (6, 8)"
    "   AND (NEW.revoked IS NOT OLD.revoked"
    "    OR (NEW.reason IS NOT OLD.reason AND NEW.reason IS NOT 1)))"
    " BEGIN SELECT RAISE(ABORT, 'what was issued or revoked is never"
    " changed'); END;"
    "CREATE TRIGGER certificates_delete BEFORE DELETE ON certificates"
    " BEGIN SELECT RAISE(ABORT, 'a certificate is never removed'); END;"
    "CREATE TRIGGER certificate_der_insert BEFORE INSERT ON certificate_der"
    " WHEN EXISTS (SELECT 1 FROM certificate_der WHERE id = NEW.id)"
    " BEGIN SELECT RAISE(FAIL, 'a certificate is never replaced'); END;"
    "CREATE TRIGGER certificate_der_update BEFORE UPDATE ON certificate_der"
    " BEGIN SELECT RAISE(ABORT, 'a certificate is never changed'); END;"
    "CREATE TRIGGER certificate_der_delete BEFORE DELETE ON certificate_der"
    " BEGIN SELECT RAISE(ABORT, 'a certificate is never removed'); END;"

    "CREATE TABLE names ("
    " id INTEGER PRIMARY KEY,"
    " newest INTEGER NOT NULL,"
    " name TEXT NOT NULL UNIQUE) STRICT;"
    "CREATE TABLE certificate_names ("
    " name INTEGER NOT NULL REFERENCES names,"
    " certificate INTEGER NOT NULL REFERENCES certificates,"
    " PRIMARY KEY (name, certificate)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE keys ("
    " id INTEGER PRIMARY KEY,"
    " newest INTEGER NOT NULL,"		/* 0: blocked, never certified */
    " blocked INTEGER NOT NULL,"
    " spki_sha256 BLOB NOT NULL UNIQUE) STRICT;"
    "CREATE TRIGGER keys_insert BEFORE INSERT ON keys"
    " WHEN EXISTS (SELECT 1 FROM keys WHERE id = NEW.id"
    "  OR (spki_sha256 = NEW.spki_sha256 AND blocked AND NOT NEW.blocked))"
    " BEGIN SELECT RAISE(FAIL, 'a blocked key stays blocked'); END;"
    "CREATE TRIGGER keys_update BEFORE UPDATE ON keys"
    " WHEN NEW.id <> OLD.id OR NEW.spki_sha256 <> OLD.spki_sha256"
    "  OR (OLD.blocked AND NOT NEW.blocked)"
    " BEGIN SELECT RAISE(FAIL, 'a blocked key stays blocked'); END;"
    "CREATE TRIGGER keys_delete BEFORE DELETE ON keys"
    " BEGIN SELECT RAISE(ABORT, 'a blocked key stays blocked'); END;";

static const char status_1[] =
    "CREATE TABLE revocations ("
    " id INTEGER PRIMARY KEY,"
    " certificate INTEGER REFERENCES certificates,"
    " shard INTEGER REFERENCES shards,"	/* the certificate's */
    " expires INTEGER NOT NULL,"	/* the certificate's notAfter */
    " reason INTEGER NOT NULL CHECK (reason BETWEEN 0 AND 10"
    "  AND reason <> 7),"
    " uid INTEGER NOT NULL,"
    " received INTEGER NOT NULL,"
    " decided INTEGER NOT NULL,"
    " effective INTEGER NOT NULL,"	/* the date in CRL and OCSP */
    " how INTEGER NOT NULL CHECK (how BETWEEN 0 AND 4),"
    " confirmation INTEGER NOT NULL CHECK (confirmation BETWEEN 0 AND 2),"
    " authenticated INTEGER,"
    " confirmed INTEGER,"
    " invalidity INTEGER,"
    " until INTEGER,"			/* of a suspension */
    " change INTEGER NOT NULL,"		/* counts up over all of them */
    " stated INTEGER NOT NULL,"		/* since when it stands here so */
    " on_crl INTEGER NOT NULL,"
    " on_ocsp INTEGER NOT NULL,"
    " crl_number INTEGER NOT NULL,"
    " version INTEGER NOT NULL,"
    " issuer TEXT NOT NULL,"
    " role TEXT NOT NULL,"
    " person TEXT NOT NULL,"
    " act TEXT NOT NULL,"
    " serial BLOB NOT NULL) STRICT;"
    /*
     * All that a CRL needs, in its order: a million rows without a seek.
     * There is no second index by serial, which a mass revocation would write
     * in no order: that there is one of each is the trigger's word.
     */
    "CREATE INDEX revocations_on_crl ON revocations (serial, issuer,"
    " expires, reason, effective, invalidity, change);"
    "CREATE INDEX revocations_in_shard ON revocations (shard, serial,"
    " expires, reason, effective, invalidity, change)"
    " WHERE shard IS NOT NULL;"
    "CREATE INDEX revocations_changed ON revocations (change);"
    /*
     * Which leave the lists, by days: what is put in goes to the end of one of
     * a few hundred places, not to any of a million.
     */
    "CREATE INDEX revocations_ending ON revocations ("
    " expires / 86400000000, id, expires, shard, issuer, serial);"
    "CREATE INDEX revocations_unpublished ON revocations (id)"
    " WHERE on_crl = 0 OR on_ocsp = 0;"
    "CREATE INDEX revocations_not_on_ocsp ON revocations (id)"
    " WHERE on_ocsp = 0;"
    "CREATE INDEX revocations_until ON revocations (until)"
    " WHERE reason = 6 AND until IS NOT NULL;"
    "CREATE TRIGGER revocations_insert BEFORE INSERT ON revocations"
    " WHEN EXISTS (SELECT 1 FROM revocations"
    "  WHERE id = NEW.id OR serial = NEW.serial)"
    " BEGIN SELECT RAISE(ABORT, 'it is revoked already'); END;"
    /* 6 certificateHold and 8 removeFromCRL are not definitive. */
    "CREATE TRIGGER revocations_update BEFORE UPDATE ON revocations"
    " WHEN NEW.id <> OLD.id OR NEW.serial <> OLD.serial"
    "  OR NEW.issuer <> OLD.issuer OR NEW.expires <> OLD.expires"
    "  OR NEW.certificate IS NOT OLD.certificate"
    "  OR NEW.shard IS NOT OLD.shard"
    "  OR (OLD.reason NOT IN (6, 8)"
    "   AND ((NEW.reason <> OLD.reason AND NEW.reason <> 1)"
    "    OR NEW.decided <> OLD.decided OR NEW.received <> OLD.received"
    "    OR NEW.effective <> OLD.effective OR NEW.until IS NOT OLD.until"
    "    OR NEW.how <> OLD.how"
    "    OR (NEW.invalidity IS NOT OLD.invalidity"
    "     AND (OLD.reason = 1 OR NEW.reason <> 1))))"
    " BEGIN SELECT RAISE(ABORT, 'a definitive revocation cannot be undone');"
    " END;"
    "CREATE TRIGGER revocations_delete BEFORE DELETE ON revocations"
    " BEGIN SELECT RAISE(ABORT, 'a revocation is never removed'); END;"
    /* Decided for a time to come; beside what is in force until then. */
    "CREATE TABLE scheduled ("
    " id INTEGER PRIMARY KEY,"
    " certificate INTEGER NOT NULL REFERENCES certificates,"
    " reason INTEGER NOT NULL CHECK (reason BETWEEN 0 AND 10"
    "  AND reason NOT IN (6, 7, 8)),"
    " how INTEGER NOT NULL,"
    " uid INTEGER NOT NULL,"
    " received INTEGER NOT NULL,"
    " decided INTEGER NOT NULL,"
    " effective INTEGER NOT NULL,"
    " invalidity INTEGER,"
    " done INTEGER,"			/* when; by then in force */
    " version INTEGER NOT NULL,"	/* of its text in revoke/ */
    " role TEXT NOT NULL,"
    " person TEXT NOT NULL,"
    " act TEXT NOT NULL,"
    " serial BLOB NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX scheduled_by_serial ON scheduled (serial)"
    " WHERE done IS NULL;"
    "CREATE INDEX scheduled_due ON scheduled (effective)"
    " WHERE done IS NULL;"
    "CREATE TRIGGER scheduled_insert BEFORE INSERT ON scheduled"
    " WHEN EXISTS (SELECT 1 FROM scheduled WHERE id = NEW.id"
    "  OR (serial = NEW.serial AND done IS NULL))"
    " BEGIN SELECT RAISE(ABORT, 'a decision is never replaced'); END;"
    /* It may come sooner, for a worse reason, never later or not at all. */
    "CREATE TRIGGER scheduled_update BEFORE UPDATE ON scheduled"
    " WHEN NEW.id <> OLD.id OR NEW.serial <> OLD.serial"
    "  OR NEW.certificate <> OLD.certificate OR OLD.done IS NOT NULL"
    "  OR NEW.effective > OLD.effective"
    "  OR NEW.received <> OLD.received OR NEW.decided <> OLD.decided"
    "  OR (NEW.done IS NOT NULL AND NOT EXISTS (SELECT 1 FROM revocations"
    "   WHERE serial = OLD.serial AND reason NOT IN (6, 8)))"
    " BEGIN SELECT RAISE(ABORT, 'a decided revocation takes place'); END;"
    "CREATE TRIGGER scheduled_delete BEFORE DELETE ON scheduled"
    " BEGIN SELECT RAISE(ABORT, 'a decided revocation takes place'); END;"

    /* What was followed is revoked when its time comes. */
    "CREATE TABLE supersessions ("
    " certificate INTEGER PRIMARY KEY REFERENCES certificates,"
    " successor INTEGER NOT NULL REFERENCES certificates,"
    " due INTEGER NOT NULL,"
    " done INTEGER,"			/* when it was found revoked or over */
    " reason INTEGER NOT NULL CHECK (reason IN (3, 4, 9))) STRICT;"
    "CREATE INDEX supersessions_due ON supersessions (due)"
    " WHERE done IS NULL;"
    "CREATE TRIGGER supersessions_insert BEFORE INSERT ON supersessions"
    " WHEN EXISTS (SELECT 1 FROM supersessions"
    "  WHERE certificate = NEW.certificate)"
    " BEGIN SELECT RAISE(ABORT, 'a supersession is never replaced'); END;"
    "CREATE TRIGGER supersessions_update BEFORE UPDATE ON supersessions"
    " WHEN NEW.certificate <> OLD.certificate OR NEW.due > OLD.due"
    "  OR OLD.done IS NOT NULL"
    " BEGIN SELECT RAISE(ABORT, 'a supersession takes place'); END;"
    "CREATE TRIGGER supersessions_delete BEFORE DELETE ON supersessions"
    " BEGIN SELECT RAISE(ABORT, 'a supersession takes place'); END;"

    "CREATE TABLE crls ("
    " issuer TEXT NOT NULL,"
    " scope INTEGER NOT NULL,"		/* 0 complete, -1 delta, a shard */
    " number INTEGER NOT NULL,"
    " base INTEGER,"			/* of a delta */
    " change INTEGER NOT NULL,"		/* of revocations, the newest in it */
    " since INTEGER NOT NULL,"		/* certificates that ended before: not */
    " this_update INTEGER NOT NULL,"
    " next_update INTEGER NOT NULL,"
    " scheduled INTEGER NOT NULL,"
    " entries INTEGER NOT NULL,"
    " sha256 BLOB NOT NULL,"
    " PRIMARY KEY (issuer, scope, number)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX crls_scheduled ON crls (issuer, scope, number)"
    " WHERE scheduled = 1;"
    "CREATE INDEX crls_by_end ON crls (issuer, scope, next_update);"
    "CREATE TRIGGER crls_insert BEFORE INSERT ON crls"	/* RFC 5280 5.2.3 */
    " WHEN NEW.number <= (SELECT max(number) FROM crls"
    "  WHERE issuer = NEW.issuer AND scope = NEW.scope)"
    " BEGIN SELECT RAISE(ABORT, 'CRL numbers only rise'); END;"
    "CREATE TRIGGER crls_update BEFORE UPDATE ON crls"
    " BEGIN SELECT RAISE(ABORT, 'a CRL is never changed'); END;"
    "CREATE TRIGGER crls_delete BEFORE DELETE ON crls"
    " BEGIN SELECT RAISE(ABORT, 'a CRL is never removed'); END;"

    /* What was asked stays when the answer to it is withdrawn. */
    "CREATE TABLE ocsp_asked ("
    " id INTEGER PRIMARY KEY,"
    " answer INTEGER,"
    " next_update INTEGER,"
    " form INTEGER NOT NULL,"
    " serial BLOB NOT NULL,"
    " cert_id BLOB NOT NULL UNIQUE) STRICT;"
    "CREATE INDEX ocsp_asked_by_serial ON ocsp_asked (serial);"
    "CREATE INDEX ocsp_asked_due ON ocsp_asked (next_update)"
    " WHERE answer IS NOT NULL;"
    "CREATE TABLE ocsp_answers ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " this_update INTEGER NOT NULL,"
    " next_update INTEGER NOT NULL,"
    " size INTEGER NOT NULL,"
    " form INTEGER NOT NULL,"
    " superseded INTEGER,"
    " serial BLOB NOT NULL,"
    " der BLOB NOT NULL) STRICT;"
    "CREATE INDEX ocsp_answers_superseded ON ocsp_answers (superseded)"
    " WHERE superseded IS NOT NULL;"

    "CREATE TABLE publications ("
    " seq INTEGER PRIMARY KEY AUTOINCREMENT,"
    " time INTEGER NOT NULL,"
    " size INTEGER NOT NULL,"
    " link INTEGER NOT NULL,"
    " superseded INTEGER,"
    " place INTEGER NOT NULL,"
    " dir TEXT NOT NULL,"
    " name TEXT NOT NULL,"
    " sha256 BLOB NOT NULL,"
    " bytes BLOB) STRICT;"
    /* The row of a case has the number of its text. */
    "CREATE UNIQUE INDEX publications_newest ON publications (dir, name)"
    " WHERE superseded IS NULL AND dir <> 'cases';"
    "CREATE INDEX publications_of_dir ON publications (dir)"
    " WHERE superseded IS NULL;"
    "CREATE INDEX publications_superseded ON publications (superseded)"
    " WHERE superseded IS NOT NULL;"
    "CREATE INDEX publications_large ON publications (sha256)"
    " WHERE place = 2;";

/* What leads from the version before to this one. */
#define PARTS	16
static const char *const versions[][PARTS] = {
	{ evidence_1, registry_1, requests_1, certificates_1, status_1,
	    store_schema_desk_1, store_schema_registrations_1,
	    store_schema_consents_1, store_schema_handover_1,
	    store_schema_deadlines_1, store_schema_batches_1,
	    store_schema_shards_1, store_schema_notices_1, store_schema_counts_1,
	    store_schema_reports_1 },
};
#define NEWEST	((int64_t)(sizeof(versions) / sizeof(versions[0])))

static int64_t
pragma_number(struct sql *s, const char *text)
{
	struct query *q = query_new(s, text);
	int64_t number;

	number = query_next(q) == 1 ? take_number(q) : 0;
	query_done(q);
	return number;
}

static int
make_root_box(struct sql *s, usec_t now, struct err *err)
{
	struct query *q;

	q = query_new(s, "INSERT OR IGNORE INTO boxes"
	    " (id, subscriber, profile, since) VALUES (1, 0, '', ?)");
	bind_number(q, now);
	return query_write(q, err);
}

static int
upgrade(struct sql *s, int64_t from, usec_t now, struct err *err)
{
	char text[128];
	int i;

	if (sql_run(s, "BEGIN IMMEDIATE", err) != 0)
		return -1;
	for (i = 0; i < PARTS && versions[from][i] != NULL; i++)
		if (sql_run(s, versions[from][i], err) != 0)
			goto fail;
	snprintf(text, sizeof(text), "PRAGMA application_id = %d;"
	    "PRAGMA user_version = %d", APPLICATION_ID, (int)from + 1);
	if (sql_run(s, text, err) != 0 || make_root_box(s, now, err) != 0 ||
	    sql_run(s, "COMMIT", err) != 0)
		goto fail;
	return 0;
fail:
	if (sql_in_transaction(s)) {
		struct err ignored;

		sql_run(s, "ROLLBACK", &ignored);
	}
	return -1;
}

static int
upgrade_from(struct sql *s, int64_t version, usec_t now, struct err *err)
{
	for (; version < NEWEST; version++)
		if (upgrade(s, version, now, err) != 0)
			return -1;
	return 0;
}

/*
 * The triggers and constraints are what keeps history from being rewritten: a
 * store that has lost one of them is not worked with.
 */
static int
is_ours(struct sql *s, usec_t now, struct err *err)
{
	struct sql *fresh;
	int result = -1;

	fresh = sql_open(":memory:", SQL_WRITER, err);
	if (fresh == NULL)
		return -1;
	if (upgrade_from(fresh, 0, now, err) == 0)
		result = store_schema_compare(fresh, s, err);
	sql_close(fresh);
	return result;
}

int
store_schema_apply(struct sql *s, usec_t now, struct err *err)
{
	int64_t version, application, tables;

	version = pragma_number(s, "PRAGMA user_version");
	application = pragma_number(s, "PRAGMA application_id");
	tables = pragma_number(s, "SELECT count(*) FROM sqlite_schema");
	if (tables != 0 && application != APPLICATION_ID)
		return err_set(err, EINVAL, "the file db is the database of "
		    "another program");
	if (version > NEWEST)
		return err_set(err, EINVAL, "the store has version %lld, this "
		    "program knows up to %lld: it was used with a newer one",
		    (long long)version, (long long)NEWEST);
	if (upgrade_from(s, version, now, err) != 0)
		return -1;
	return is_ours(s, now, err);
}
