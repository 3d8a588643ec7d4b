import Glibc
import Testing
import Timing

@testable import Transport

@Suite struct TLSIdentityTests {
    private func sentence(_ change: (inout TLSFiles) -> Void) -> String? {
        var files = TestFiles.server()
        change(&files)
        do throws(TransportError) {
            _ = try TLSIdentity(files)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func readsChainAndKey() throws {
        let identity = try TLSIdentity(TestFiles.server(authorities: true))
        // 2120-01-01, as the fixture's README has it.
        #expect(identity.expires == WallTime(secondsSince1970: 4_733_510_400))
        #expect(identity.context.configuration.minimumTLSVersion == .tlsv12)
        #expect(identity.context.configuration.certificateVerification != .fullVerification)
    }

    @Test func eachMistakeIsOneSentence() {
        let missing = TestFiles.path("no-such.pem")
        let unreadable =
            "\(missing): no such file or directory; name a PEM file that the program's user can read"
        #expect(sentence { $0.certificate = missing } == unreadable)
        #expect(sentence { $0.key = missing } == unreadable)
        #expect(sentence { $0.clientAuthorities = missing } == unreadable)
        let folder = TestFiles.path("")
        #expect(
            sentence { $0.key = folder }
                == "\(folder): is a directory; name a PEM file that the program's user can read"
        )
        let text = TestFiles.path("README.md")
        #expect(
            sentence { $0.certificate = text }
                == "\(text): holds no PEM certificate; it needs the lines from BEGIN CERTIFICATE to END CERTIFICATE"
        )
        #expect(
            sentence { $0.clientAuthorities = text }?.hasPrefix("\(text): holds no PEM certificate") == true
        )
        #expect(
            sentence { $0.key = text }
                == "\(text): holds no PEM private key; it needs the lines from BEGIN PRIVATE KEY to END PRIVATE KEY"
        )
        let encrypted = TestFiles.path("encrypted.key")
        #expect(
            sentence { $0.key = encrypted }
                == "\(encrypted): the key is encrypted; write it without a passphrase, readable by the program's user only"
        )
        let other = TestFiles.path("renewed.key")
        let certificate = TestFiles.path("server.pem")
        #expect(
            sentence { $0.key = other }
                == "\(other): not the key of \(certificate); name the key that the certificate was made with"
        )
        #expect(
            sentence { $0.requireClientCertificate = true }
                == "\(certificate): client certificates are required, and no authorities are named to check them with"
        )
        #expect(
            sentence { $0.key = "/dev/zero" } == "/dev/zero: too large for a certificate; name a PEM file"
        )
    }
}
