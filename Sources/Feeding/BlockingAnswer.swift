import Glibc
import Synchronization

/// An answer that a thread waits for. It needs no descriptor, so that a source does not end where these run out.
final class BlockingAnswer: @unchecked Sendable {
  // Sendable: the semaphore is made for use by several threads, and lives as long as both of them hold this.
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
  private let value = Atomic(false)

  init() { sem_init(semaphore, 0, 0) }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func give(_ answer: Bool) {
    value.store(answer, ordering: .releasing)
    sem_post(semaphore)
  }

  /// Blocks.
  func wait() -> Bool {
    // Signals interrupt it.
    while sem_wait(semaphore) != 0 {}
    return value.load(ordering: .acquiring)
  }
}
