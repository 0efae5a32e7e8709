import AgentConfiguration
import GoCompat
import LogModel
import Testing

struct FlagTests {
  private func configuration(_ arguments: String...) throws -> AgentConfiguration {
    var configuration = AgentConfiguration()
    try AgentFlags(parsing: arguments).apply(to: &configuration)
    return configuration
  }

  @Test func oneDashOrTwo() throws {
    let flags = try AgentFlags(parsing: [
      "--config.file", "a.yaml, b.yaml,", "-check-syntax=true", "-dry-run", "x", "-no",
    ])
    #expect(flags.configFiles == [["a.yaml", "b.yaml"]])
    #expect(flags.checkSyntax)
    #expect(flags.dryRun)
    #expect(try AgentFlags(parsing: ["-h", "-no"]).printHelp)
    #expect(try AgentFlags(parsing: ["-config.file=a", "-config.file=b"]).configFile == "b")
  }

  @Test func settingsGoOverTheFile() throws {
    var configuration = try AgentConfiguration.load(
      text: "server: {http_listen_port: 1}\nclients: [{url: 'http://x', external_labels: {dc: file}}]", file: "c")
    let flags = try AgentFlags(parsing: [
      "-server.http-listen-port=2", "-client.url=http://flag/x", "-client.batch-wait=100ms", "-client.tenant-id=t",
      "-client.external-labels=dc=flag,rack=9", "-max-line-size=256kb", "-limit.readline-rate=1.5",
      "-client.max-retries", "3",
      "-server.log-source-ips-enabled", "-log.level=debug",
    ])
    flags.apply(to: &configuration)
    #expect(configuration.server.http.port == 2)
    #expect(configuration.server.logLevel == .debug)
    #expect(configuration.limits.maxLineSize.bytes == 262_144)
    #expect(configuration.limits.readlineRate == 1.5)
    let clients = configuration.effectiveClients
    #expect(clients.map(\.url.host) == ["x", "flag"])
    #expect(clients[0].externalLabels == LabelSet(["dc": "file", "rack": "9"]))
    #expect(clients[1].tenantID == "t")
    #expect(clients[1].batchWait == .milliseconds(100))
    #expect(clients[1].backoff.hasExplicitMaxRetries)
    #expect(clients[1].http.followRedirects)
    #expect(clients[0].batchWait == .seconds(1))
  }

  @Test(arguments: [
    ("-no.such.flag", "-no.such.flag"), ("-confg.file=x", "did you mean -config.file?"),
    ("-server.http-listen-port=many", "invalid value \"many\" for flag -server.http-listen-port"),
    ("-positions.sync-period=10", "positions.sync-period"), ("-log.level=loud", "loud"),
    ("-dry-run=perhaps", "dry-run"),
    ("-config.file", "flag needs an argument: -config.file"), ("---x", "bad flag syntax"), ("-=x", "bad flag syntax"),
    ("-client.url=http://[::1", "-client.url"), ("-client.external-labels=a", "a=b,c=d"),
  ])
  func refused(argument: String, part: String) {
    let error = #expect(throws: FlagError.self) { try AgentFlags(parsing: [argument]) }
    #expect(error?.description.contains(part) == true)
    #expect(error?.description.contains("-help") == true)
  }

  @Test func allFlagsAreDeclaredWithPromtailsDefaults() throws {
    #expect(FlagDeclaration.all.count == 98)
    let help = FlagDeclaration.helpText(program: "promtail")
    for line in [
      "  -config.file string\n", "  -dry-run\n", "(default 1s)", "(default \"/var/log/positions.yaml\")",
      "(default 2562047h47m16.854775807s)", "  -server.throughput.unit string\n",
    ] { #expect(help.contains(line), "\(line)") }
    #expect(FlagDeclaration.named("limit.readline-rate")?.defaultValue == "10000")
    #expect(FlagDeclaration.named("log.level")?.defaultValue == "info")
    #expect(FlagDeclaration.named("tracing.enabled")?.isTruthValue == true)
  }
}
