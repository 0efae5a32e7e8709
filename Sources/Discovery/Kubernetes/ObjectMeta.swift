/// What every object of the API has: `metadata`.
struct ObjectMeta: Recorded, Hashable {
  /// Empty where objects belong to no namespace.
  var namespace: String
  var name: String
  var uid: String
  var labels: [NameAndText]
  var annotations: [NameAndText]
  /// The owner that controls it; empty for none.
  var controllerKind: String
  var controllerName: String

  init(_ json: JSONView) {
    let meta = json["metadata"]
    namespace = meta["namespace"].text
    name = meta["name"].text
    uid = meta["uid"].text
    labels = meta["labels"].texts
    annotations = meta["annotations"].texts
    let controller = meta["ownerReferences"].elements.first { $0["controller"]?.bool == true }
    controllerKind = controller["kind"].text
    controllerName = controller["name"].text
  }

  init(_ reader: inout RecordReader) {
    namespace = reader.text()
    name = reader.text()
    uid = reader.text()
    labels = reader.list()
    annotations = reader.list()
    controllerKind = reader.text()
    controllerName = reader.text()
  }

  func write(to writer: inout RecordWriter) {
    writer.put(namespace)
    writer.put(name)
    writer.put(uid)
    writer.put(labels)
    writer.put(annotations)
    writer.put(controllerKind)
    writer.put(controllerName)
  }

  /// What tells it from others of its kind: `namespace/name`, or the name alone.
  var key: String { Self.key(namespace, name) }

  /// The key of an object of which nothing else is wanted.
  static func key(_ json: JSONView) -> String {
    let meta = json["metadata"]
    return key(meta["namespace"].text, meta["name"].text)
  }

  static func key(_ namespace: String, _ name: String) -> String { namespace.isEmpty ? name : "\(namespace)/\(name)" }
}

/// A namespace, a replica set, a job: nothing but its metadata is used.
struct PlainObject: KubernetesObject {
  var meta: ObjectMeta

  init(_ json: JSONView) { meta = ObjectMeta(json) }
  init(_ reader: inout RecordReader) { meta = ObjectMeta(&reader) }
  func write(to writer: inout RecordWriter) { meta.write(to: &writer) }
}
