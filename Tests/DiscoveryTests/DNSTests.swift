import AgentConfiguration
import LogModel
import Synchronization
import Testing

@testable import Discovery

@Suite struct DNSTests {
  private func name(_ before: [UInt8], _ text: String) -> [UInt8] { before + FakeNameServer.name(text) }

  @Test func recordsOfEveryTypeAreRead() async throws {
    let six: [UInt8] = [0x20, 1, 0xD, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    var answers: [String: FakeNameServer.Answer] = [:]
    answers["web.test"] = .init(records: [
      FakeNameServer.Record(1, [10, 0, 0, 1]), FakeNameServer.Record(5, name([], "other.test")),
      FakeNameServer.Record(1, [10, 0, 0, 2]),
    ])
    answers["six.test"] = .init(records: [FakeNameServer.Record(28, six)])
    answers["_loki._tcp.test"] = .init(records: [
      FakeNameServer.Record(33, name([0, 1, 0, 1, 0x0C, 0x1C], "host.test"))
    ])
    answers["mail.test"] = .init(records: [FakeNameServer.Record(15, name([0, 10], "mx.test"))])
    answers["zone.test"] = .init(records: [FakeNameServer.Record(2, name([], "ns.test"))])
    let server = try await FakeNameServer(answers)
    let client = DNSClient(configuration: server.configuration)
    #expect(try await client.lookup("web.test", .a) == [.address("10.0.0.1"), .address("10.0.0.2")])
    #expect(try await client.lookup("six.test", .aaaa) == [.address("2001:db8::1")])
    #expect(try await client.lookup("_loki._tcp.test", .srv) == [.srv(target: "host.test.", port: 3100)])
    #expect(try await client.lookup("mail.test", .mx) == [.mx("mx.test.")])
    #expect(try await client.lookup("zone.test", .ns) == [.ns("ns.test.")])
    #expect(try await client.lookup("nobody.test", .a).isEmpty)
    try await server.close()
  }

  @Test func whatIsTooLongForUDPComesByTCP() async throws {
    let many = (0..<100).map { FakeNameServer.Record(1, [10, 0, 0, UInt8($0)]) }
    let server = try await FakeNameServer(["many.test": .init(records: many, isTooLong: true)])
    #expect(try await DNSClient(configuration: server.configuration).lookup("many.test", .a).count == 100)
    try await server.close()
  }

  @Test func aServerThatFailsIsAnErrorAndTheNextIsAsked() async throws {
    let broken = try await FakeNameServer(["web.test": .init(status: 2)])
    let good = try await FakeNameServer(["web.test": .init(records: [FakeNameServer.Record(1, [10, 0, 0, 1])])])
    await #expect(throws: DiscoveryError.self) {
      try await DNSClient(configuration: broken.configuration).lookup("web.test", .a)
    }
    var both = broken.configuration
    both.servers += good.configuration.servers
    #expect(try await DNSClient(configuration: both).lookup("web.test", .a) == [.address("10.0.0.1")])
    try await broken.close()
    try await good.close()
  }

  @Test func targetsCarryTheNameAndWhatTheRecordSays() async throws {
    let server = try await FakeNameServer([
      "_loki._tcp.test": .init(records: [FakeNameServer.Record(33, name([0, 1, 0, 1, 0x0C, 0x1C], "host.test"))])
    ])
    var dns = DNSDiscoveryConfiguration()
    dns.names = ["_loki._tcp.test"]
    let (found, put) = AsyncStream.makeStream(of: [TargetGroup].self)
    let configuration = server.configuration
    let task = Task {
      await DNSDiscoverer(dns, resolver: { configuration }).run(
        DiscoveryUpdates { if case .some(let groups) = $0 { put.yield(groups) } })
    }
    var iterator = found.makeAsyncIterator()
    let groups = await iterator.next()
    task.cancel()
    #expect(
      groups?.first?.flattened == [
        LabelSet([
          "__address__": "host.test:3100", "__meta_dns_name": "_loki._tcp.test",
          "__meta_dns_srv_record_target": "host.test.", "__meta_dns_srv_record_port": "3100",
        ])
      ])
    try await server.close()
  }

  @Test func malformedAnswersAreNone() {
    #expect(DNSMessage([]) == nil)
    // A name that points at itself.
    #expect(DNSMessage([0, 1, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 12, 0, 1, 0, 1]) == nil)
    // Data that reaches beyond the end.
    #expect(
      DNSMessage([0, 1, 0x81, 0x80, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 60, 0, 200, 1]) == nil)
  }

  @Test func resolvConfIsReadWithItsSearchDomains() {
    let configuration = ResolverConfiguration(
      parsing: "# comment\nnameserver 10.0.0.1\nnameserver fd00::1\nsearch a.test b.test\noptions ndots:2 timeout:1\n")
    #expect(configuration.servers.map(\.host) == ["10.0.0.1", "fd00::1"])
    #expect(configuration.timeout == 1)
    #expect(configuration.candidates("web") == ["web.a.test", "web.b.test", "web"])
    #expect(configuration.candidates("x.y.z") == ["x.y.z", "x.y.z.a.test", "x.y.z.b.test"])
    #expect(configuration.candidates("web.") == ["web."])
    #expect(ResolverConfiguration(parsing: "").servers.map(\.host) == ["127.0.0.1"])
  }
}
