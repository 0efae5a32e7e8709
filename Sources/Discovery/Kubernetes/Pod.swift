/// A pod, as far as it makes targets.
struct Pod: KubernetesObject {
  struct Port: Recorded {
    var name: String
    var number: Int
    var proto: String
  }

  struct Container: Recorded {
    var name: String
    var image: String
    /// Of the running or last container; empty before the first start.
    var id: String
    var isInit: Bool
    var ports: [Port]
  }

  var meta: ObjectMeta
  var nodeName: String
  var ip: String
  var hostIP: String
  var phase: String
  /// `true`, `false` or `unknown`.
  var ready: String
  /// Init containers come last. Ephemeral ones are none, as in Prometheus.
  var containers: [Container]

  init(_ json: JSONView) {
    meta = ObjectMeta(json)
    let spec = json["spec"]
    let status = json["status"]
    nodeName = spec["nodeName"].text
    ip = status["podIP"].text
    hostIP = status["hostIP"].text
    phase = status["phase"].text
    let condition = status["conditions"].elements.first { $0["type"].text == "Ready" }
    ready = condition["status"].text.lowercased()
    if ready.isEmpty { ready = "unknown" }
    containers =
      Self.containers(spec["containers"], status["containerStatuses"], areInit: false)
      + Self.containers(spec["initContainers"], status["initContainerStatuses"], areInit: true)
  }

  private static func containers(_ specs: JSONView?, _ statuses: JSONView?, areInit: Bool) -> [Container] {
    let statuses = statuses.elements
    return specs.elements.map { spec in
      let name = spec["name"].text
      return Container(
        name: name, image: spec["image"].text,
        id: statuses.first { $0["name"].text == name }.flatMap { $0["containerID"] }.text, isInit: areInit,
        ports: spec["ports"].elements.map { port in
          Port(name: port["name"].text, number: port["containerPort"]?.int ?? 0, proto: port["protocol"].text)
        })
    }
  }

  init(_ reader: inout RecordReader) {
    meta = ObjectMeta(&reader)
    nodeName = reader.text()
    ip = reader.text()
    hostIP = reader.text()
    phase = reader.text()
    ready = reader.text()
    containers = reader.list()
  }

  func write(to writer: inout RecordWriter) {
    meta.write(to: &writer)
    for text in [nodeName, ip, hostIP, phase, ready] { writer.put(text) }
    writer.put(containers)
  }
}

extension Pod.Port {
  init(_ reader: inout RecordReader) {
    name = reader.text()
    number = reader.int()
    proto = reader.text()
  }

  func write(to writer: inout RecordWriter) {
    writer.put(name)
    writer.put(number)
    writer.put(proto)
  }
}

extension Pod.Container {
  init(_ reader: inout RecordReader) {
    name = reader.text()
    image = reader.text()
    id = reader.text()
    isInit = reader.int() != 0
    ports = reader.list()
  }

  func write(to writer: inout RecordWriter) {
    writer.put(name)
    writer.put(image)
    writer.put(id)
    writer.put(isInit ? 1 : 0)
    writer.put(ports)
  }
}
