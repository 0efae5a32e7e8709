import AgentConfiguration
import HTTPEdge
import NIOCore

/// Asks Consul's HTTP API.
struct ConsulConnection: Sendable {
  /// How long Consul may wait for a change before it answers.
  static let longestWait: Int64 = 120_000_000_000

  struct Answer {
    var document: JSONValue
    /// What the next question names, to be answered when there is something new; nil where Consul tells none.
    var index: String?
    var status: Int
  }

  private let base: String
  private let token: String?
  private let client: WebClient
  private let common: [(String, String)]

  init(
    _ query: ConsulQuery, pathPrefix: String, namespace: String, partition: String, settings: WebClientSettings
  ) throws {
    var prefix = Substring(pathPrefix)
    while prefix.hasPrefix("/") { prefix.removeFirst() }
    while prefix.hasSuffix("/") { prefix.removeLast() }
    base = "\(query.scheme.lowercased())://\(query.server)" + (prefix.isEmpty ? "" : "/\(prefix)")
    token = query.token.text.isEmpty ? nil : query.token.text
    var common: [(String, String)] = []
    if !query.datacenter.isEmpty { common.append(("dc", query.datacenter)) }
    if query.allowStale { common.append(("stale", "")) }
    if !namespace.isEmpty { common.append(("ns", namespace)) }
    if !partition.isEmpty { common.append(("partition", partition)) }
    self.common = common
    client = try WebClient(settings)
  }

  /// - Parameters:
  ///   - parameters: of the query, beside those that all have.
  ///   - index: of the last answer, to wait for another.
  ///   - accepts: statuses that are answers beside 200.
  func get(
    _ path: String, _ parameters: [(String, String)] = [], isPlain: Bool = false, index: String? = nil,
    accepting accepts: Set<Int> = []
  ) async throws -> Answer {
    var all = isPlain ? parameters : common + parameters
    if let index { all += [("index", index), ("wait", "\(Self.longestWait / 1_000_000)ms")] }
    let text = all.map { name, value in
      value.isEmpty ? name : "\(name)=\(PercentEncoding.encode(value))"
    }.joined(separator: "&")
    // Consul adds up to a sixteenth of the wait to it.
    var request = WebRequest(
      base + path + (text.isEmpty ? "" : "?" + text),
      timeout: index == nil ? 30_000_000_000 : Self.longestWait + Self.longestWait / 8)
    if let token { request.headers.append(RequestHeader("X-Consul-Token", token)) }
    let answer = try await client.send(request, keeping: 256 << 20)
    guard answer.status == 200 || accepts.contains(answer.status) else {
      let reason = String(decoding: answer.body.readableBytesView.prefix(200), as: UTF8.self)
      throw DiscoveryError("\(base)\(path) answered with status \(answer.status): \(reason)")
    }
    do {
      return Answer(
        document: try JSONReader.read(Array(answer.body.readableBytesView)), index: answer["X-Consul-Index"],
        status: answer.status)
    } catch {
      throw DiscoveryError("\(base)\(path) answered with no JSON: \(error)")
    }
  }
}

/// The state of a service from that of its checks, as Consul sums it up.
enum ConsulHealth {
  static func of(_ checks: [JSONValue]) -> String {
    var worst = "passing"
    for check in checks {
      let id = check["CheckID"]?.text ?? ""
      if id == "_node_maintenance" || id.hasPrefix("_service_maintenance:") { return "maintenance" }
      switch check["Status"]?.text {
      case "critical": worst = "critical"
      case "warning": if worst == "passing" { worst = "warning" }
      default: break
      }
    }
    return worst
  }
}

/// What catalogue and agent have in common: a service's labels behind a prefix.
struct ConsulService {
  let prefix: String
  let tagSeparator: String

  /// - Parameter service: `Service` of an answer.
  func labels(_ service: JSONValue, nodeAddress: String) -> [String: String] {
    let address = service["Address"]?.text ?? ""
    let port = service["Port"]?.int ?? 0
    let tags = (service["Tags"]?.elements ?? []).compactMap(\.text)
    var labels = [
      "__address__": MetaLabel.address(address.isEmpty ? nodeAddress : address, port),
      prefix + "address": nodeAddress,
      prefix + "service": service["Service"]?.text ?? "",
      prefix + "service_address": address,
      prefix + "service_id": service["ID"]?.text ?? "",
      prefix + "service_port": String(port),
      prefix + "tags": tagSeparator + tags.joined(separator: tagSeparator) + tagSeparator,
    ]
    for entry in service["Meta"]?.members ?? [] {
      labels[prefix + "service_metadata_" + MetaLabel.name(entry.name)] = entry.value.text ?? ""
    }
    return labels
  }

  /// Entries of an object, each as a label.
  func labels(_ kind: String, _ entries: JSONValue?) -> [String: String] {
    var labels: [String: String] = [:]
    for entry in entries?.members ?? [] {
      labels[prefix + kind + "_" + MetaLabel.name(entry.name)] = entry.value.text ?? ""
    }
    return labels
  }
}
