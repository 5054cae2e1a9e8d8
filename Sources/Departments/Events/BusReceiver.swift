internal import Core
internal import Synchronization

/// Buses as targets of rules of other buses.
final class BusReceiver: EventReceiver {
    private struct Place { unowned let desk: EventsDesk }
    private let place = Mutex<Place?>(nil)

    let name = "buses"
    let batchMax = 250

    func serve(_ desk: EventsDesk) { place.withLock { $0 = Place(desk: desk) } }

    func receives(_ arn: String) -> Bool { arn.hasPrefix("arn:aws:events:") && arn.contains(":event-bus/") }

    func receive(_ letters: [EventLetter], at arn: String) throws(DeliveryRefusal) {
        guard let desk = place.withLock({ $0?.desk }) else {
            throw DeliveryRefusal("INTERNAL_ERROR", "the hub is only just starting")
        }
        do throws(ServiceProblem) {
            try Intake(desk: desk).pass(letters.map { ($0.payload, $0.hops) }, to: EventsDesk.busName(arn))
        } catch { throw DeliveryRefusal(error, missing: "ResourceNotFoundException") }
    }
}
