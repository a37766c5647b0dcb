FORMAT.profile: what a certificate of one kind contains

A profile is HOME/profiles/<name>.conf, in the format of FORMAT.conf (the same
rules for unknown keys and the text). A home has at least one profile for
subscribers and one of the CA itself. The profile as text for relying parties
is ca/profiles/<name>.txt in the tree and a part of the CP.

[profile]
    name        a-z, 0-9, -; that of the file
    title       for people
    base_policy test, LCP, NCP or NCP+ (EN 319 411-1): the policy this one
                builds on. A sandbox takes test only
    policy_oid  dotted. With test under 2.999, the example arc; with the others
                that of clause 5.3 (0.4.0.2042.1.3, .1, .2) or one of your own.
                It has to be a policy of the issuing certificate. Refused are
                the policies this program does not fulfil:
                    2.23.140.1 and below      CA/B Forum
                    0.4.0.2042.1.4, .5        EVCP and its elder
                    0.4.0.2042.1.6, .7, .8    DVCP, OVCP, IVCP
                    0.4.0.194112.1.4, .5, .6  QEVCP-w, QNCP-w, QNCP-w-gen
                    2.5.29.32.0               anyPolicy
    internal    yes or no (default): for a certificate of the CA itself, which
                no request can ask for

[certificate]
    issuer_key  issuing (default)
    days        1 to 825, with OCSPSigning to 31, which is what the signer
                lets through: notAfter = notBefore + days - 1 s, and never
                past the CA's own end
    renew_days  0 and more, fewer than days: in these last days the same
                request gives a renewed certificate
    subject_from_first_name
                yes: commonName is the first dNSName of the request, behind
                what [subject] says. For devices only. no (the default) is
                needed in an internal profile and where [subject] has
                commonName
    key_usage_ec, key_usage_rsa
                lists of digitalSignature, nonRepudiation, keyEncipherment,
                dataEncipherment, keyAgreement; by type of the subject's key.
                For natural and legal persons one of the types A to F (412-2
                NAT-4.3.2-1)
    extended_key_usage
                of serverAuth, clientAuth and emailProtection, or OCSPSigning
                alone: the signer certifies no other purpose. OCSPSigning is
                for internal profiles only, serverAuth not for natural and
                legal persons. None only in an internal profile or where both
                key usages are nonRepudiation alone
    ocsp_nocheck
                yes exactly with OCSPSigning (RFC 6960 4.2.2.2.1)

[request]
    key_types   at most 8 of ec:P-256, ec:P-384, ec:P-521, rsa:2048, rsa:3072,
                rsa:4096; an RSA type is a minimum size
    names_max   0 to 1000: names in subjectAltName; 0 in an internal profile
    name_kinds  of dns, ip and email (default dns, ip): what is asked for and
                is of another kind is refused. Profiles of persons take email
                only. With subject_from_first_name or emailProtection a request
                has at least one name

[subject]       the distinguished name, from the attributes of the subscriber's
                registration in force (FORMAT.registration), never from the
                request; each in an RDN of its own
    kinds       of natural-person, natural-person-in-legal-person,
                legal-person, device-of-legal-person,
                device-of-natural-person: whom a certificate may be given to.
                One profile is for natural persons (EN 319 412-2), for legal
                persons (412-3) or for devices. Default: all, and then there
                are no attributes
    attributes  at most 10, in the order of the certificate, each once:
                    countryName             two letters of ISO 3166-1
                    stateOrProvinceName     128 characters
                    localityName            128
                    streetAddress           128
                    postalCode              40
                    organizationName        64
                    organizationIdentifier  255
                    organizationalUnitName  64
                    title                   64
                    givenName, surname      255
                    pseudonym               128
                    commonName              64
                    serialNumber            64
                countryName and serialNumber become PrintableString, the others
                UTF8String. The limits are those of RFC 5280 A.1. A natural
                person has countryName, commonName and givenName, surname or
                pseudonym, and pseudonym excludes the other two; a legal person
                countryName, organizationName, organizationIdentifier and
                commonName. organizationName in a profile of natural persons is
                for natural-person-in-legal-person, and left out for others
    optional    those of them that may be missing
    lengths     other limits, as commonName:128 (412-2 NAT-4.2.4-18)
    semantics   yes or no (default): serialNumber of a natural person,
                organizationIdentifier of a legal person is an identifier of EN
                319 412-1 (PASxx-, IDCxx-, PNOxx-, TINxx-, EIDxx-, or VATxx-,
                NTRxx-, PSDxx-, LEIXG-, EORxx-, EXCxx-, xx a country; or a
                national xx:xx-), is checked, and the extension qcStatements
                says which semantics it has
                A commonName that the registration does not state is made of
                what it does state: pseudonym, givenName and surname, or
                organizationName

[approval]
    officers    0 (default), 1 or 2: how many different officers decide on each
                request, also where the registration covers it
    signed      yes or no (default): each decision is signed by the officer's
                own certificate (EN 319 411-1, GEN-6.5.5-04); wants officers

[acceptance]
    required    yes or no (default): the subscriber writes `accept` into the
                certificate's folder

[revocation]
    suspension  yes or no (default): certificateHold may be written into
                revoke/<serial>, and reinstate brings it back

[registration]
    reuse_days  0 to 3653: for so many days a validation is relied on; 0
                (default): until its own end (REG-6.3.1-00D)
    reuse_count 0 to 1000000: for so many certificates a registration is; 0
                (default): any (REG-6.3.1-00E)

[changes]       what may follow a certificate in its place; which it is, is
                told by comparison (REG-6.3.6-01A, REG-6.3.7-01A,
                REG-6.3.8-01A). A path that is not allowed is refused with
                EPERM. Every path is asked all gates again; nothing is
                inherited but the proof of possession of an unchanged key
    renewal     yes (default) or no: same key, subject and names
    re_key      yes (default) or no: another key for the same subject
    modification
                yes (default) or no: same key, other names or attributes.
                renewal and modification = no hold also for a request with
                the key of a valid certificate in another slot: found by
                comparison, not by where it was dropped. Of several dropped
                at the same moment the first counts: what was signed for
                the others is revoked and never handed out
    re_key_may_change
                what may differ in a re-key besides the key
                (REG-6.3.7-02A), of: expiry (default) a new period; names
                those of subjectAltName; attributes those of the subject, by
                the registration in force. Without expiry the new one ends
                when the old one does; a re-key that changes more is a new
                application
    supersede   never (default), or 0 to 3653 days: so long after its successor
                was issued a certificate is revoked as superseded

What every certificate has besides: serialNumber of 0x01 and 16 octets of
chance, authorityKeyIdentifier, subjectKeyIdentifier, basicConstraints without
CA, certificatePolicies, and pointers from pkifs.conf [ca] url: CRL, OCSP and
caIssuers (none to a status of itself where ocsp_nocheck stands).
