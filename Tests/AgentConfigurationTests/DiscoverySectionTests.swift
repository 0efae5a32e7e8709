import GoCompat
import Testing
import YAMLSource

@testable import AgentConfiguration

@Suite struct DiscoverySectionTests {
  private func load(_ discovery: String) throws -> ScrapeConfiguration {
    let text = "scrape_configs:\n- job_name: s\n  \(discovery)\n"
    let jobs = try AgentConfiguration.load(text: text, file: "c.yaml").scrapeConfigs
    return try #require(jobs.first)
  }

  private func errors(_ discovery: String) -> [String] {
    do {
      _ = try load(discovery)
      return []
    } catch let errors as ConfigurationErrors {
      return errors.errors.map(\.description)
    } catch {
      return ["\(error)"]
    }
  }

  /// Defaults as recorded in Tests/Conformance/DEFAULTS.yaml.
  @Test(arguments: [
    ("file_sd_configs: [{files: [x.json]}]", ["refresh_interval: 5m"]),
    (
      "consul_sd_configs: [{}]",
      [
        "server: localhost:8500", "tag_separator: ','", "scheme: http", "allow_stale: true", "refresh_interval: 30s",
        "follow_redirects: true", "enable_http2: true",
      ]
    ),
    ("consulagent_sd_configs: [{}]", ["server: localhost:8500", "scheme: http", "refresh_interval: 30s"]),
    ("dns_sd_configs: [{names: [x], type: a, port: 1}]", ["refresh_interval: 30s", "type: A", "port: 1"]),
    (
      "docker_sd_configs: [{}]",
      [
        "host: unix:///var/run/docker.sock", "port: 80", "filters: []", "host_networking_host: localhost",
        "refresh_interval: 1m", "match_first_network: true",
      ]
    ),
    ("http_sd_configs: [{url: 'http://h/t'}]", ["refresh_interval: 1m"]),
  ])
  func defaults(_ discovery: String, _ lines: [String]) throws {
    let text = try load(discovery).yaml.text
    for line in lines { #expect(text.contains(line), "\(text)") }
  }

  @Test(arguments: [
    ("file_sd_configs: [{}]", "needs files"), ("file_sd_configs: [{files: ['/a/*.txt']}]", "no name of target files"),
    ("file_sd_configs: [{files: ['/*/a.json']}]", "no name of target files"),
    ("dns_sd_configs: [{}]", "needs names"), ("dns_sd_configs: [{names: [x], type: A}]", "need a port"),
    ("dns_sd_configs: [{names: [x], type: TXT}]", "is none of SRV"),
    ("http_sd_configs: [{url: 'ftp://x'}]", "needs the url of an HTTP server"),
    ("consul_sd_configs: [{server: ''}]", "needs a server"),
    ("consul_sd_configs: [{token: a, authorization: {credentials: b}}]", "exclude each other"),
    ("consul_sd_configs: [{username: a, basic_auth: {username: b}}]", "exclude each other"),
    ("docker_sd_configs: [{host: 'docker'}]", "no address of a Docker daemon"),
    ("docker_sd_configs: [{filters: [{name: x}]}]", "name and values"),
    ("docker_sd_configs: [{hosts: x}]", "did you mean \"host\"?"),
    ("http_sd_configs: [{url: 'http://h', no_proxy: x}]", "needs a proxy_url"),
    ("http_sd_configs: [{url: 'http://h', basic_auth: {}, bearer_token: x}]", "exclude each other"),
  ])
  func refused(_ discovery: String, _ part: String) {
    let all = errors(discovery)
    #expect(all.count == 1)
    #expect(all.first?.contains(part) == true, "\(all)")
  }

  @Test func equalDiscoveriesAreEqualWhereverTheyStand() throws {
    let one = try load("consul_sd_configs: [{token: a}]").discoveries
    #expect(try load("\n\n  consul_sd_configs: [{token: a}]").discoveries == one)
    #expect(try load("consul_sd_configs: [{token: b}]").discoveries != one)
  }

  @Test func secretsAreNotShown() throws {
    let text = try load(
      "consul_sd_configs: [{token: s3cr3t, password: s3cr3t, http_headers: {X-A: {secrets: [s3cr3t], values: [plain]}}}]"
    ).yaml.text
    #expect(!text.contains("s3cr3t"))
    #expect(text.contains("plain"))
  }

  @Test func severalFilesAddUp() throws {
    let files = [
      AgentConfiguration.File(name: "a", text: "clients: [{url: 'http://x'}]\nscrape_configs: [{job_name: one}]\n"),
      AgentConfiguration.File(name: "b", text: "scrape_configs: [{job_name: two}]\nserver: {http_listen_port: 1}\n"),
      AgentConfiguration.File(name: "c", text: ""),
    ]
    let configuration = try AgentConfiguration.load(files)
    #expect(configuration.scrapeConfigs.map(\.jobName) == ["one", "two"])
    #expect(configuration.server.http.port == 1)
    let twice = files + [AgentConfiguration.File(name: "d", text: "server: {}\n")]
    #expect(throws: ConfigurationErrors.self) { try AgentConfiguration.load(twice) }
  }

  @Test func changesAreNamed() throws {
    func load(_ text: String) throws -> AgentConfiguration { try .load(text: text, file: "c.yaml") }
    let old = try load("scrape_configs: [{job_name: a}, {job_name: b}, {job_name: c}]\n")
    let new = try load(
      "server: {log_level: debug}\npositions: {filename: /x}\nscrape_configs: [{job_name: b, encoding: x}, {job_name: d}, {job_name: c}]\n"
    )
    let changes = new.changes(from: old)
    #expect(changes.sections == ["server", "positions", "scrape_configs"])
    #expect(changes.sectionsForRestart == ["positions"])
    #expect(changes.jobsAdded == ["d"])
    #expect(changes.jobsRemoved == ["a"])
    #expect(changes.jobsChanged == ["b"])
  }
}
