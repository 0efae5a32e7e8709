/// A node, as far as it makes targets.
struct Node: KubernetesObject {
  var meta: ObjectMeta
  var providerID: String
  /// By type, in the order of the object.
  var addresses: [NameAndText]
  /// By type.
  var conditions: [NameAndText]
  var kubeletPort: Int

  init(_ json: JSONView) {
    meta = ObjectMeta(json)
    providerID = json["spec"]["providerID"].text
    let status = json["status"]
    addresses = status["addresses"].elements.map { NameAndText(name: $0["type"].text, text: $0["address"].text) }
    conditions = status["conditions"].elements.map { NameAndText(name: $0["type"].text, text: $0["status"].text) }
    kubeletPort = status["daemonEndpoints"]["kubeletEndpoint"]["Port"]?.int ?? 0
  }

  init(_ reader: inout RecordReader) {
    meta = ObjectMeta(&reader)
    providerID = reader.text()
    addresses = reader.list()
    conditions = reader.list()
    kubeletPort = reader.int()
  }

  func write(to writer: inout RecordWriter) {
    meta.write(to: &writer)
    writer.put(providerID)
    writer.put(addresses)
    writer.put(conditions)
    writer.put(kubeletPort)
  }

  /// Where the kubelet is reached: the first address of the first type there is, in Prometheus' order.
  var address: String? {
    for type in ["InternalIP", "InternalDNS", "ExternalIP", "ExternalDNS", "LegacyHostIP", "Hostname"] {
      if let address = addresses.first(where: { $0.name == type }) { return address.text }
    }
    return nil
  }
}
