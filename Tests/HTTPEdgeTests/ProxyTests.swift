import AgentConfiguration
import Testing

@testable import HTTPEdge

@Suite struct ProxyTests {
  private func settings(_ noProxy: String) -> ProxySettings {
    var settings = ProxySettings()
    settings.http = .init(host: "proxy", port: 3128)
    settings.https = .init(host: "secure-proxy", port: 3129)
    settings.noProxy = noProxy
    return settings
  }

  @Test(arguments: [
    ("loki.test", "loki.test", true), ("loki.test", "a.loki.test", true), (".loki.test", "loki.test", false),
    (".loki.test", "a.loki.test", true), ("*.loki.test", "a.loki.test", true), ("*", "any", true),
    ("oki.test", "loki.test", false), ("10.0.0.0/8", "10.1.2.3", true), ("10.0.0.0/8", "11.1.2.3", false),
    ("10.0.0.0/9", "10.200.0.1", false), ("fd00::/8", "fd12::1", true), ("loki.test:80", "loki.test", true),
    ("loki.test:81", "loki.test", false), ("other", "localhost", true), ("other", "127.0.0.5", true),
    ("a, loki.test", "LOKI.test", true),
  ])
  func hostsThatAreSpared(_ noProxy: String, _ host: String, _ isSpared: Bool) {
    #expect((settings(noProxy).server(for: "http", host: host, port: 80) == nil) == isSpared)
  }

  @Test func aProxyByItselfIsForAllHosts() {
    #expect(settings("").server(for: "http", host: "localhost", port: 80)?.host == "proxy")
    #expect(settings("").server(for: "https", host: "x", port: 443)?.host == "secure-proxy")
  }

  @Test func variablesOfTheEnvironment() {
    var configuration = ProxyConfiguration()
    configuration.fromEnvironment = true
    let variables = ["HTTP_PROXY": "proxy:3128", "https_proxy": "http://u:p@secure:99", "no_proxy": "inner"]
    let settings = ProxySettings(configuration) { variables[$0] }
    #expect(settings.server(for: "http", host: "x", port: 80) == .init(host: "proxy", port: 3128))
    #expect(
      settings.server(for: "https", host: "x", port: 443)
        == .init(host: "secure", port: 99, user: "u", password: "p"))
    #expect(settings.server(for: "https", host: "inner", port: 443) == nil)
    #expect(settings.server(for: "http", host: "localhost", port: 80) == nil)
  }

  @Test func base64GoesThereAndBack() {
    for text in ["", "a", "ab", "abc", "user:p\u{E4}ss"] {
      #expect(Base64.decode(Base64.encode(Array(text.utf8))) == Array(text.utf8))
    }
    #expect(Base64.decode("%%") == nil)
  }

  @Test func secretsDoNotShow() {
    #expect("\(SecretSource.inline("s3cr3t"))" == "<secret>")
    #expect("\(SecretSource.file("/etc/token"))" == "/etc/token")
  }

  @Test func addressesAreTakenApart() throws {
    let address = try WebAddress("https://loki.test:3100/a?b=c")
    #expect((address.host, address.port, address.scheme) == ("loki.test", 3100, "https"))
    #expect(address.url(withHost: "other") == "https://other:3100/a?b=c")
    #expect(address.hostHeader("other") == "loki.test:3100")
    #expect(try WebAddress("http://[::1]/x").host == "::1")
    #expect(try WebAddress("http://[::1]/x").port == 80)
    #expect(throws: WebClientError.self) { try WebAddress("nothing") }
  }
}
