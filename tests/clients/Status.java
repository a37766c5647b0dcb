/*
 * Java's own PKIX validator, as applications call it:
 *
 *	java Status.java ocsp|crl|default ROOT ISSUING CERT
 *	java Status.java tls ROOT HOST PORT
 *
 * Prints `valid`, or `revoked` with the reason; anything else is a fault and
 * exit status 1.  `ocsp` asks for the certificate alone and takes nothing else;
 * `crl` reads the lists of both certificates and takes nothing else; `default`
 * is what an application gets that only switches revocation on, with
 * ocsp.enable and com.sun.security.enableCRLDP.  `tls` goes by what is stapled.
 */
import java.io.FileInputStream;
import java.io.IOException;
import java.security.KeyStore;
import java.security.Security;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateRevokedException;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.PKIXRevocationChecker.Option;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

class Status {
	static X509Certificate read(String path) throws Exception {
		try (FileInputStream in = new FileInputStream(path)) {
			return (X509Certificate)CertificateFactory
			    .getInstance("X.509").generateCertificate(in);
		}
	}

	static PKIXRevocationChecker checker(Set<Option> options)
	    throws Exception {
		PKIXRevocationChecker checker = (PKIXRevocationChecker)
		    CertPathValidator.getInstance("PKIX").getRevocationChecker();
		checker.setOptions(options);
		return checker;
	}

	static void path(String how, String root, String issuing, String cert)
	    throws Exception {
		CertPath path = CertificateFactory.getInstance("X.509")
		    .generateCertPath(List.of(read(cert), read(issuing)));
		PKIXParameters parameters = new PKIXParameters(
		    Set.of(new TrustAnchor(read(root), null)));

		switch (how) {
		case "ocsp":
			parameters.addCertPathChecker(checker(EnumSet.of(
			    Option.ONLY_END_ENTITY, Option.NO_FALLBACK)));
			break;
		case "crl":
			parameters.addCertPathChecker(checker(EnumSet.of(
			    Option.PREFER_CRLS, Option.NO_FALLBACK)));
			break;
		case "default":
			Security.setProperty("ocsp.enable", "true");
			System.setProperty("com.sun.security.enableCRLDP",
			    "true");
			parameters.setRevocationEnabled(true);
			break;
		default:
			throw new IllegalArgumentException(how);
		}
		CertPathValidator.getInstance("PKIX").validate(path,
		    parameters);
	}

	static void tls(String root, String host, int port) throws Exception {
		KeyStore store = KeyStore.getInstance("PKCS12");
		store.load(null, null);
		store.setCertificateEntry("root", read(root));
		PKIXBuilderParameters parameters = new PKIXBuilderParameters(
		    store, new X509CertSelector());
		parameters.addCertPathChecker(checker(EnumSet.of(
		    Option.ONLY_END_ENTITY, Option.NO_FALLBACK)));
		TrustManagerFactory trust = TrustManagerFactory.getInstance(
		    "PKIX");
		trust.init(new CertPathTrustManagerParameters(parameters));
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(null, trust.getTrustManagers(), null);
		try (SSLSocket socket = (SSLSocket)context.getSocketFactory()
		    .createSocket("127.0.0.1", port)) {
			SSLParameters names = socket.getSSLParameters();
			names.setServerNames(List.of(
			    new javax.net.ssl.SNIHostName(host)));
			socket.setSSLParameters(names);
			socket.startHandshake();
		}
	}

	public static void main(String[] args) throws Exception {
		try {
			if (args[0].equals("tls"))
				tls(args[1], args[2],
				    Integer.parseInt(args[3]));
			else
				path(args[0], args[1], args[2], args[3]);
			System.out.println("valid");
		} catch (Exception e) {
			for (Throwable t = e; t != null; t = t.getCause())
				if (t instanceof CertificateRevokedException) {
					System.out.println("revoked " +
					    ((CertificateRevokedException)t)
					    .getRevocationReason());
					return;
				}
			throw e;
		}
	}
}
