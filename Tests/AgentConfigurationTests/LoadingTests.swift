import GoCompat
import LogModel
import Testing
import YAMLSource

@testable import AgentConfiguration

struct LoadingTests {
  private static let client = "clients: [{url: 'http://127.0.0.1/x'}]\n"

  private func load(_ text: String) throws -> AgentConfiguration {
    try AgentConfiguration.load(text: text, file: "c.yaml")
  }

  /// What `-check-syntax` tells.
  private func errors(_ text: String) -> [String] {
    do {
      _ = try load(text)
      return []
    } catch let errors as ConfigurationErrors {
      return errors.errors.map(\.description)
    } catch {
      return ["\(error)"]
    }
  }

  private func startErrors(_ text: String) throws -> [String] { try load(text).startErrors.map(\.description) }

  @Test func defaults() throws {
    let configuration = try load("")
    #expect(configuration.server.http.port == 80)
    #expect(configuration.server.gracefulShutdownTimeout == .seconds(30))
    #expect(configuration.positions.filename == "/var/log/positions.yaml")
    #expect(configuration.limits.readlineRateDrop)
    #expect(configuration.global.fileWatch.minPollFrequency == .milliseconds(250))
    #expect(configuration.effectiveClients.isEmpty)
    let client = try #require(try load(Self.client).effectiveClients.first)
    #expect(client.batchWait == .seconds(1))
    #expect(client.batchSize == 1_048_576)
    #expect(client.backoff.maxRetries == 10)
    #expect(!client.backoff.hasExplicitMaxRetries)
    #expect(client.http.followRedirects)
  }

  @Test func aClientInFull() throws {
    let configuration = try load(
      """
      client: {url: 'http://old/push', tenant_id: old}
      clients:
      - name: first
        url: https://ann:se%3Acret@[::1]:3100/loki/api/v1/push?x=1&y=2
        batchwait: 5000000
        batchsize: 20
        headers: {X-Team: blue}
        external_labels: {dc: north, nothing: ~}
        backoff_config: {max_retries: 10}
        authorization: {type: Token, credentials: xyz}
        proxy_url: http://proxy:8080
        tls_config: {insecure_skip_verify: yes}
      """)
    let client = try #require(configuration.clients.first)
    #expect(client.url.scheme == "https")
    #expect(client.url.user == "ann")
    #expect(client.url.password == "se:cret")
    #expect(client.url.host == "::1")
    #expect(client.url.authority == "[::1]:3100")
    #expect(client.url.target == "/loki/api/v1/push?x=1&y=2")
    #expect(client.batchWait == .milliseconds(5))
    #expect(client.headers["X-Team"] == "blue")
    #expect(client.externalLabels == LabelSet(["dc": "north"]))
    #expect(client.backoff.hasExplicitMaxRetries)
    #expect(client.http.authorization?.type == "Token")
    #expect(client.http.proxy.url.host == "proxy")
    #expect(client.http.tls.insecureSkipVerify)
    #expect(client.location.description == "c.yaml:3:3")
    #expect(configuration.effectiveClients.map(\.tenantID) == ["", "old"])
  }

  @Test func labelsAreTextAsItIsWritten() throws {
    let configuration = try load(
      Self.client
        + "scrape_configs: [{job_name: s, static_configs: [{labels: {job: 17, ratio: 1.50, on: true, hex: 0x1F, n: ~}}]}]"
    )
    let labels = try #require(configuration.scrapeConfigs.first?.staticConfigs.first?.labels)
    #expect(labels == LabelSet(["job": "17", "ratio": "1.50", "on": "true", "hex": "0x1F"]))
  }

  @Test(arguments: [
    ("nonsense: 1", "c.yaml:1:1: key \"nonsense\" is not known at the top level"),
    ("servr: {}", "c.yaml:1:1: key \"servr\" is not known at the top level; did you mean \"server\"?"),
    ("positions: {sync: 1s}", "c.yaml:1:13: key \"sync\" is not known in positions; did you mean \"sync_period\"?"),
    (
      "clients: [{url: http://x, batch_wait: 1s}]",
      "c.yaml:1:27: key \"batch_wait\" is not known in clients[0]; did you mean \"batchwait\"?"
    ),
    (
      "target_config: {sync_period: 1d}",
      "c.yaml:1:30: expected a duration, found \"1d\" in target_config.sync_period; write it like 10s, 5m or 1h30m"
    ),
    ("server: {http_listen_port: many}", "c.yaml:1:28: expected a number, found \"many\" in server.http_listen_port"),
    ("server: {disable: perhaps}", "c.yaml:1:19: expected true or false, found \"perhaps\" in server.disable"),
    ("server: {log_level: loud}", "c.yaml:1:21: \"loud\" is none of debug, info, warn, error in server.log_level"),
    ("scrape_configs: {job_name: s}", "c.yaml:1:17: expected a list, found a mapping in scrape_configs"),
    ("scrape_configs: [{static_configs: []}]", "c.yaml:1:18: the job has no job_name in scrape_configs[0]"),
    (
      "clients: [{url: 'http://[::1'}]",
      "c.yaml:1:17: \"http://[::1\" is no URL: the ] of the host is missing in clients[0].url"
    ),
    (
      "clients: [{url: http://x, basic_auth: {username: a, password: b}, bearer_token: c}]",
      "c.yaml:1:81: basic_auth and bearer_token exclude each other in clients[0]"
    ),
    (
      "scrape_configs: [{job_name: s, relabel_configs: [{action: explode}]}]",
      "c.yaml:1:59: \"explode\" is none of replace, keep, drop, keepequal, dropequal, hashmod, labelmap, labeldrop, labelkeep, lowercase, uppercase in scrape_configs[0].relabel_configs[0].action"
    ),
    (
      "scrape_configs: [{job_name: s, relabel_configs: [{regex: '('}]}]",
      "c.yaml:1:58: error parsing regexp: missing closing ): `(` in scrape_configs[0].relabel_configs[0].regex"
    ),
    (
      "scrape_configs: [{job_name: s, syslog: {protocol: udp}}]",
      "c.yaml:1:41: key \"protocol\" is not known in scrape_configs[0].syslog; did you mean \"listen_protocol\"?"
    ),
  ])
  func refusedAtReading(text: String, error: String) { #expect(errors(text) == [error]) }

  @Test func severalErrorsAreToldAtOnce() {
    #expect(errors("server: {disable: perhaps}\nnonsense: 1\npositions: {sync_period: x}\n").count == 3)
  }

  @Test(arguments: [
    "server:\ntarget_config:\nscrape_configs:\n", "{\"clients\": [{\"url\": \"http://127.0.0.1/x\"}]}",
    "scrape_configs: [{job_name: s, pipeline_stages: [{nonsense: {}}, {regex: {expression: '('}}]}]",
    "target_config: {sync_period: 1h2m3.5s}",
    "a: &x 1\n---\nb: 2\n".replacing("a: &x 1", with: "tracing: {enabled: no}"),
  ])
  func accepted(text: String) { #expect(errors(text) == []) }

  @Test(arguments: [
    ("", "no client is configured"), ("clients: [{batchwait: 1s}]", "the client has no url"),
    ("clients: [{url: 'ftp://x'}]", "names no HTTP server"),
    ("clients: [{url: 'http://x'}, {url: 'http://x'}]", "same settings"),
    ("clients: [{url: 'http://x', name: n}, {url: 'http://y', name: n}]", "same name"),
    (client + "scrape_configs: [{job_name: s}]", "names no targets"),
    (
      client + "scrape_configs: [{job_name: s, static_configs: [{}], relabel_configs: [{source_labels: [a]}]}]",
      "replace needs a target_label"
    ),
    (client + "scrape_configs: [{job_name: s, journal: {}}]", "journal (the systemd journal) is not in this version"),
    (
      client + "scrape_configs: [{job_name: s, static_configs: [{}], pipeline_stages: [{jsn: {}}]}]",
      "stage \"jsn\" is not known in scrape_configs[0].pipeline_stages[0]; did you mean \"json\"?"
    ),
  ])
  func refusedAtTheStart(text: String, part: String) throws {
    let errors = try startErrors(text)
    #expect(errors.count == 1)
    #expect(errors.first?.contains(part) == true, "\(errors)")
  }

  @Test func anInputBesideFilesIsIgnored() throws {
    let configuration = try load(
      Self.client + "scrape_configs: [{job_name: s, static_configs: [{}], syslog: {listen_address: ':1'}}]")
    #expect(configuration.startErrors.isEmpty)
    #expect(configuration.warnings.count == 1)
  }

  @Test func variablesArePutInBeforeReading() throws {
    let configuration = try AgentConfiguration.load(
      text: "positions: ${P}", file: "c.yaml", environment: ["P": "{filename: /p}"])
    #expect(configuration.positions.filename == "/p")
  }

  @Test func printedWithoutSecrets() throws {
    let text = try load(
      """
      clients: [{url: 'http://u:hunter2@h/x', basic_auth: {username: bob, password: hunter2}}]
      scrape_configs: [{job_name: s, static_configs: [{labels: {a: b}}], kafka: {authentication: {password: hunter2}}}]
      """
    ).yamlText
    #expect(!text.contains("hunter2"))
    #expect(text.contains("    username: bob\n    password: <secret>\n"))
    #expect(text.contains("- job_name: s\n"))
    // What is printed can be read again.
    #expect(errors(text) == [])
  }
}
