import AgentConfiguration
import HTTPEdge
import LogModel

/// `kubernetes_sd_configs`: watches the objects of a role and those whose labels are attached, and makes targets of them.
struct KubernetesDiscoverer: Discoverer {
  /// What is watched together: an object refers to others of the same set only, as in Prometheus.
  private struct WatchSet {
    var main: ResourceWatch
    var others: [KubernetesResource: ResourceWatch]

    var all: [ResourceWatch] { [main] + others.values }

    func record(_ resource: KubernetesResource, _ key: String) -> [UInt8]? {
      resource == main.key.resource ? main[key] : others[resource]?[key]
    }
  }

  /// How long it rests after changes, so that it is woken for many at a time: shorter than the pace at which changes are told.
  private static let rest: Int64 = 200_000_000

  private let role: KubernetesDiscoveryConfiguration.Role
  private let attach: KubernetesDiscoveryConfiguration.AttachMetadata
  private let questions: [WatchQuestions]
  private let pool: WatchPool

  /// - Parameter host: the name of the node that the agent runs on.
  /// - Throws: when it cannot be told how to reach the API server.
  init(_ configuration: KubernetesDiscoveryConfiguration, host: String, userAgent: String, pool: WatchPool) throws {
    role = configuration.role ?? .pod
    attach = configuration.attachMetadata
    self.pool = pool
    let connection = try KubernetesConnection(configuration, userAgent: userAgent)
    _ = try WebClient(connection.settings)
    var namespaces = configuration.namespaces.names
    if configuration.namespaces.ownNamespace { namespaces.append(try KubernetesConnection.ownNamespace()) }
    // Nodes belong to no namespace.
    if namespaces.isEmpty || role == .node { namespaces = [""] }
    var known: Set<String> = []
    questions = namespaces.filter { known.insert($0).inserted }.map {
      WatchQuestions(configuration, namespace: $0, host: host, connection: connection)
    }
  }

  func run(_ updates: DiscoveryUpdates) async {
    let changes = WatchChanges()
    let sets: [WatchSet]
    do {
      sets = try questions.map { questions in
        WatchSet(
          main: try pool.join(questions.main, changes),
          others: Dictionary(
            try questions.others.map { ($0.resource, try pool.join($0, changes)) }, uniquingKeysWith: { a, _ in a }))
      }
    } catch {
      return updates.failed(error)
    }
    defer { for watch in sets.flatMap(\.all) { pool.leave(watch, changes) } }
    var groups = sets.map { set in
      GroupSet(builder: GroupBuilder(role: role, attach: attach, find: { set.record($0, $1) }), main: set.main)
    }
    var isComplete = false
    for await _ in changes.signals {
      let taken = changes.take()
      if let failure = taken.failure { updates.failed(DiscoveryError(failure)) }
      if !isComplete {
        guard sets.flatMap(\.all).allSatisfy(\.isSynced) else { continue }
        isComplete = true
        updates.all(groups.indices.flatMap { groups[$0].all() })
      } else {
        let changed = groups.indices.flatMap { groups[$0].changed(taken.keys) }
        if !changed.isEmpty || taken.hasRecovered { updates.some(changed) }
        await nap(Self.rest)
      }
    }
  }
}

/// The groups of one set of watches: which are to be made anew when an object changes.
private struct GroupSet {
  var builder: GroupBuilder
  let main: ResourceWatch
  /// Groups by what they have labels of.
  private var dependents: [GroupBuilder.Dependency: Set<String>] = [:]
  private var dependencies: [String: Set<GroupBuilder.Dependency>] = [:]

  init(builder: GroupBuilder, main: ResourceWatch) {
    self.builder = builder
    self.main = main
  }

  mutating func all() -> [TargetGroup] { main.keys.map { group($0) } }

  mutating func changed(_ keys: [KubernetesResource: Set<String>]) -> [TargetGroup] {
    var stale: Set<String> = []
    for (resource, keys) in keys {
      if resource == main.key.resource { stale.formUnion(keys) }
      for key in keys { stale.formUnion(dependents[GroupBuilder.Dependency(resource: resource, key: key)] ?? []) }
    }
    return stale.map { group($0) }
  }

  /// One without targets, where the object is gone.
  private mutating func group(_ key: String) -> TargetGroup {
    guard let record = main[key] else {
      note([], of: key)
      return .gone(builder.source(key))
    }
    let group = builder.group(key, record)
    note(builder.dependencies, of: key)
    return group
  }

  private mutating func note(_ new: Set<GroupBuilder.Dependency>, of key: String) {
    let old = dependencies[key] ?? []
    if new == old { return }
    for one in old.subtracting(new) {
      dependents[one]?.remove(key)
      if dependents[one]?.isEmpty == true { dependents[one] = nil }
    }
    for one in new.subtracting(old) { dependents[one, default: []].insert(key) }
    dependencies[key] = new.isEmpty ? nil : new
  }
}
