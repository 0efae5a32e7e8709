import LogModel
import LogQL
import Synchronization

/// All streams of the store in memory: by label set, by id, and by label for selectors.
final class StreamIndex: Sendable {
  private struct State {
    var ids: [LabelSet: Int64] = [:]
    var labels: [Int64: LabelSet] = [:]
    /// Label name, value, streams.
    var postings: [String: [String: Set<Int64>]] = [:]
    /// Label sets as clients write them; saves reading the text of a known stream again.
    var byText: [String: Int64] = [:]
    /// Streams that no transaction has written yet.
    var unsaved: Set<Int64> = []
    var lastID: Int64 = 0
  }

  private let state = Mutex(State())
  private static let mostTexts = 100_000

  /// A stream read from the database.
  func restore(id: Int64, labels: LabelSet) {
    state.withLock { StreamIndex.add(id, labels, to: &$0) }
  }

  private static func add(_ id: Int64, _ labels: LabelSet, to state: inout State) {
    state.ids[labels] = id
    state.labels[id] = labels
    state.lastID = max(state.lastID, id)
    for label in labels.labels { state.postings[label.name, default: [:]][label.value, default: []].insert(id) }
  }

  func known(text: String) -> (id: Int64, labels: LabelSet)? {
    state.withLock { state in
      guard let id = state.byText[text], let labels = state.labels[id] else { return nil }
      return (id, labels)
    }
  }

  /// The id of a label set, a new one if need be.
  func id(of labels: LabelSet, text: String) -> Int64 {
    state.withLock { state in
      if state.byText.count >= StreamIndex.mostTexts { state.byText.removeAll() }
      if let id = state.ids[labels] {
        state.byText[text] = id
        return id
      }
      let id = state.lastID + 1
      StreamIndex.add(id, labels, to: &state)
      state.byText[text] = id
      state.unsaved.insert(id)
      return id
    }
  }

  /// The id to write a segment under, and whether the database knows it. Retention may have removed the stream since
  /// the push was encoded; then it is made again, under the same id or the one it has got meanwhile.
  func resolve(_ id: Int64, _ labels: LabelSet) -> (id: Int64, isSaved: Bool) {
    state.withLock { state in
      if let current = state.ids[labels] { return (current, !state.unsaved.contains(current)) }
      StreamIndex.add(id, labels, to: &state)
      state.unsaved.insert(id)
      return (id, false)
    }
  }

  func markSaved(_ ids: Set<Int64>) {
    state.withLock { $0.unsaved.subtract(ids) }
  }

  /// Forgets streams whose last segment was deleted.
  func remove(_ ids: [Int64]) {
    state.withLock { state in
      for id in ids {
        guard let labels = state.labels.removeValue(forKey: id) else { continue }
        state.ids[labels] = nil
        for label in labels.labels {
          state.postings[label.name]?[label.value]?.remove(id)
          if state.postings[label.name]?[label.value]?.isEmpty == true {
            state.postings[label.name]?[label.value] = nil
          }
          if state.postings[label.name]?.isEmpty == true { state.postings[label.name] = nil }
        }
      }
      let gone = Set(ids)
      state.byText = state.byText.filter { !gone.contains($0.value) }
    }
  }

  var count: Int { state.withLock { $0.labels.count } }

  func labels(of id: Int64) -> LabelSet? { state.withLock { $0.labels[id] } }

  /// The streams a selector matches; all of them without one.
  func matching(_ selector: Selector?) -> [Int64: LabelSet] {
    state.withLock { state in
      guard let selector, !selector.matchers.isEmpty else { return state.labels }
      // Start from the matcher that leaves the fewest; one that also matches "" says nothing about streams without it.
      var candidates: Set<Int64>?
      for matcher in selector.matchers where !matcher.matches("") {
        var found: Set<Int64> = []
        for (value, ids) in state.postings[matcher.name] ?? [:] where matcher.matches(value) { found.formUnion(ids) }
        candidates = candidates.map { $0.intersection(found) } ?? found
      }
      let ids = candidates ?? Set(state.labels.keys)
      var result: [Int64: LabelSet] = [:]
      for id in ids {
        if let labels = state.labels[id], selector.matches(labels) { result[id] = labels }
      }
      return result
    }
  }
}
