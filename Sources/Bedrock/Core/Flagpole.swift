internal import Glibc

/// Something that happens once, and that one thread waits for.
package final class Flagpole: Sendable {
    private let semaphore = Semaphore()

    @safe private final class Semaphore: @unchecked Sendable {
        let place = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
        init() { unsafe sem_init(place, 0, 0) }
        deinit {
            unsafe sem_destroy(place)
            unsafe place.deallocate()
        }
    }

    package init() {}

    package func raise() { unsafe sem_post(semaphore.place) }
    package func wait() { while unsafe sem_wait(semaphore.place) != 0 {} }
}
