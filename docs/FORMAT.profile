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
    days        1 to 3653: notAfter = notBefore + days - 1 s, and never past
                the CA's own end
    renew_days  0 and more, fewer than days: in these last days the same
                request gives a renewed certificate
    subject_from_first_name
                yes: commonName is the first dNSName of the request. no
                (default) only in an internal profile
    key_usage_ec, key_usage_rsa
                lists of digitalSignature, nonRepudiation, keyEncipherment,
                dataEncipherment, keyAgreement; by type of the subject's key
    extended_key_usage
                at most 4 of OpenSSL's short names. OCSPSigning is for internal
                profiles only, anyExtendedKeyUsage for none
    ocsp_nocheck
                yes exactly with OCSPSigning (RFC 6960 4.2.2.2.1)

[request]
    key_types   at most 8 of ec:P-256, ec:P-384, ec:P-521, rsa:2048, rsa:3072,
                rsa:4096; an RSA type is a minimum size
    names_max   0 to 1000: names in subjectAltName; 0 in an internal profile

What every certificate has besides: serialNumber of 0x01 and 16 octets of
chance, authorityKeyIdentifier, subjectKeyIdentifier, basicConstraints without
CA, certificatePolicies, and pointers from pkifs.conf [ca] url: CRL, OCSP and
caIssuers (none to a status of itself where ocsp_nocheck stands).
