/// What a batch owes to the files it was read from. It has one owner and is settled exactly once.
///
/// Losing one without settling it would hold a position for ever, so that is a fault of the program and stops it in
/// debug builds.
public struct AckReceipt: ~Copyable, Sendable {
  private var tickets: [AckTicket]

  public init(_ tickets: [AckTicket]) { self.tickets = tickets }

  /// The client answered 2xx: the entries are its own now.
  public consuming func delivered() -> [AckTicket] { take() }

  /// An explicit rule gave the entries up; whoever calls this has counted them.
  public consuming func dropped() -> [AckTicket] { take() }

  /// The entries stay where they are in their files and will be read again: the position does not move.
  public consuming func returned() { _ = take() }

  private mutating func take() -> [AckTicket] {
    var taken: [AckTicket] = []
    swap(&taken, &tickets)
    return taken
  }

  deinit { assert(tickets.isEmpty, "a receipt was lost without being settled") }
}
