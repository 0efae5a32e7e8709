/// A service, as far as it makes targets.
struct Service: KubernetesObject {
  var meta: ObjectMeta
  var type: String
  var clusterIP: String
  var externalName: String
  var loadBalancerIP: String
  var ports: [Pod.Port]

  init(_ json: JSONView) {
    meta = ObjectMeta(json)
    let spec = json["spec"]
    type = spec["type"].text
    clusterIP = spec["clusterIP"].text
    externalName = spec["externalName"].text
    loadBalancerIP = spec["loadBalancerIP"].text
    ports = spec["ports"].elements.map { port in
      Pod.Port(name: port["name"].text, number: port["port"]?.int ?? 0, proto: port["protocol"].text)
    }
  }

  init(_ reader: inout RecordReader) {
    meta = ObjectMeta(&reader)
    type = reader.text()
    clusterIP = reader.text()
    externalName = reader.text()
    loadBalancerIP = reader.text()
    ports = reader.list()
  }

  func write(to writer: inout RecordWriter) {
    meta.write(to: &writer)
    for text in [type, clusterIP, externalName, loadBalancerIP] { writer.put(text) }
    writer.put(ports)
  }
}
