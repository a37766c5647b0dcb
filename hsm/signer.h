/*
 * The signer process: the PKCS#11 module, the PINs, the rules of what may be
 * signed, and its own hash-chained journal.  Never sees store, mount, network.
 */
#ifndef HSM_SIGNER_H
#define HSM_SIGNER_H

/*
 * Serves until `control` ends.  On `control` main sends connections to core
 * (one octet 'c' with a descriptor, SCM_RIGHTS); a new one replaces the last.
 * `home` is HOME/signer.  Its caller has confined it already (fs/sandbox).
 * Returns an exit status.
 */
int	signer_run(const char *home, int control);

#endif
