import AgentConfiguration
import YAMLSource

extension Check {
  static let oldPushPath = Check("old-push-path", "the push path of Loki's first releases") { configuration, findings in
    for client in configuration.effectiveClients where client.url.path.hasSuffix("/api/prom/push") {
      findings.warn(
        "\(client.url.path) is the push path of Loki's first releases", at: client.location, path: "clients",
        hint: "write /loki/api/v1/push")
    }
  }

  static let urlPlaceholder = Check("url-placeholder", "a client URL in which a placeholder was left") {
    configuration, findings in
    let signs = ["<", ">", "your-", "your_", "YOUR", "CHANGEME", "changeme", "example.com", "example.org", "xxx"]
    for client in configuration.effectiveClients where signs.contains(where: client.url.text.contains) {
      findings.warn(
        "the URL of the client holds a placeholder", at: client.location, path: "clients",
        hint: "put in the address of your Loki")
    }
  }

  static let urlCredentials = Check("url-credentials", "user and password in a client URL") { configuration, findings in
    for client in configuration.effectiveClients where client.url.user != nil {
      findings.warn(
        "user and password stand in the URL of the client, where other programs show them", at: client.location,
        path: "clients", hint: "use basic_auth with a password_file")
    }
  }

  static let unexpandedVariable = Check(
    "unexpanded-variable", "a ${VARIABLE} that stays as it is without -config.expand-env"
  ) { configuration, findings in
    for client in configuration.effectiveClients
    where [client.url.text, client.tenantID, client.http.basicAuth?.username ?? ""].contains(where: holdsVariable) {
      findings.warn(
        "the client holds a ${VARIABLE}, which is not replaced", at: client.location, path: "clients",
        hint: "start with -config.expand-env, and check with --expand-env")
    }
    for written in WrittenPath.all(configuration) where holdsVariable(written.text) {
      findings.warn(
        "__path__ \(written.text) holds a ${VARIABLE}, which is not replaced", at: written.location,
        path: written.path, hint: "start with -config.expand-env, and check with --expand-env")
    }
  }

  private static func holdsVariable(_ text: String) -> Bool {
    guard let start = text.firstRange(of: "${") else { return false }
    return text[start.upperBound...].contains("}")
  }
}
