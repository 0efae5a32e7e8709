/// What an address of endpoints stands for.
struct TargetReference: Recorded {
  var kind: String
  var namespace: String
  var name: String

  init?(_ json: JSONView?) {
    guard let json else { return nil }
    kind = json["kind"].text
    namespace = json["namespace"].text
    name = json["name"].text
  }

  init(_ reader: inout RecordReader) {
    kind = reader.text()
    namespace = reader.text()
    name = reader.text()
  }

  func write(to writer: inout RecordWriter) {
    writer.put(kind)
    writer.put(namespace)
    writer.put(name)
  }
}

extension TargetReference? {
  /// In a list, which is empty or has one element.
  fileprivate var list: [TargetReference] { self.map { [$0] } ?? [] }
}

/// The addresses behind a service, in the older form.
struct Endpoints: KubernetesObject {
  struct Address: Recorded {
    var ip: String
    var hostname: String
    var nodeName: String?
    var reference: TargetReference?
    var isReady: Bool
  }

  struct Subset: Recorded {
    var addresses: [Address]
    var ports: [Pod.Port]
  }

  var meta: ObjectMeta
  var subsets: [Subset]

  init(_ json: JSONView) {
    meta = ObjectMeta(json)
    func addresses(_ list: JSONView?, areReady: Bool) -> [Address] {
      list.elements.map { address in
        Address(
          ip: address["ip"].text, hostname: address["hostname"].text, nodeName: address["nodeName"]?.text,
          reference: TargetReference(address["targetRef"]), isReady: areReady)
      }
    }
    subsets = json["subsets"].elements.map { subset in
      Subset(
        addresses: addresses(subset["addresses"], areReady: true)
          + addresses(subset["notReadyAddresses"], areReady: false),
        ports: subset["ports"].elements.map { port in
          Pod.Port(name: port["name"].text, number: port["port"]?.int ?? 0, proto: port["protocol"].text)
        })
    }
  }

  init(_ reader: inout RecordReader) {
    meta = ObjectMeta(&reader)
    subsets = reader.list()
  }

  func write(to writer: inout RecordWriter) {
    meta.write(to: &writer)
    writer.put(subsets)
  }
}

extension Endpoints.Address {
  init(_ reader: inout RecordReader) {
    ip = reader.text()
    hostname = reader.text()
    nodeName = reader.optionalText()
    reference = (reader.list() as [TargetReference]).first
    isReady = reader.int() != 0
  }

  func write(to writer: inout RecordWriter) {
    writer.put(ip)
    writer.put(hostname)
    writer.put(nodeName)
    writer.put(reference.list)
    writer.put(isReady ? 1 : 0)
  }
}

extension Endpoints.Subset {
  init(_ reader: inout RecordReader) {
    addresses = reader.list()
    ports = reader.list()
  }

  func write(to writer: inout RecordWriter) {
    writer.put(addresses)
    writer.put(ports)
  }
}

/// A part of the addresses behind a service, in the newer form.
struct EndpointSlice: KubernetesObject {
  struct Endpoint: Recorded {
    var addresses: [String]
    /// `true` or `false`, nil where the object does not say.
    var ready: String?
    var serving: String?
    var terminating: String?
    var hostname: String?
    var nodeName: String?
    var zone: String?
    var reference: TargetReference?
    var topology: [NameAndText]
  }

  struct Port: Recorded {
    var name: String?
    var number: Int?
    var proto: String?
    var appProtocol: String?
  }

  var meta: ObjectMeta
  var addressType: String
  var endpoints: [Endpoint]
  var ports: [Port]

  init(_ json: JSONView) {
    meta = ObjectMeta(json)
    addressType = json["addressType"].text
    endpoints = json["endpoints"].elements.map { endpoint in
      let conditions = endpoint["conditions"]
      func condition(_ name: StaticString) -> String? { conditions[name]?.bool.map { String($0) } }
      return Endpoint(
        addresses: endpoint["addresses"].elements.compactMap(\.text), ready: condition("ready"),
        serving: condition("serving"), terminating: condition("terminating"), hostname: endpoint["hostname"]?.text,
        nodeName: endpoint["nodeName"]?.text, zone: endpoint["zone"]?.text,
        reference: TargetReference(endpoint["targetRef"]), topology: endpoint["deprecatedTopology"].texts)
    }
    ports = json["ports"].elements.map { port in
      Port(
        name: port["name"]?.text, number: port["port"]?.int, proto: port["protocol"]?.text,
        appProtocol: port["appProtocol"]?.text)
    }
  }

  init(_ reader: inout RecordReader) {
    meta = ObjectMeta(&reader)
    addressType = reader.text()
    endpoints = reader.list()
    ports = reader.list()
  }

  func write(to writer: inout RecordWriter) {
    meta.write(to: &writer)
    writer.put(addressType)
    writer.put(endpoints)
    writer.put(ports)
  }
}

extension EndpointSlice.Endpoint {
  init(_ reader: inout RecordReader) {
    addresses = reader.list()
    ready = reader.optionalText()
    serving = reader.optionalText()
    terminating = reader.optionalText()
    hostname = reader.optionalText()
    nodeName = reader.optionalText()
    zone = reader.optionalText()
    reference = (reader.list() as [TargetReference]).first
    topology = reader.list()
  }

  func write(to writer: inout RecordWriter) {
    writer.put(addresses)
    for text in [ready, serving, terminating, hostname, nodeName, zone] { writer.put(text) }
    writer.put(reference.list)
    writer.put(topology)
  }
}

extension EndpointSlice.Port {
  init(_ reader: inout RecordReader) {
    name = reader.optionalText()
    number = reader.optionalText().flatMap { Int($0) }
    proto = reader.optionalText()
    appProtocol = reader.optionalText()
  }

  func write(to writer: inout RecordWriter) {
    writer.put(name)
    writer.put(number.map { String($0) })
    writer.put(proto)
    writer.put(appProtocol)
  }
}
