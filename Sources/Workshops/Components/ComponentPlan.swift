package import Core

/// All components of a house together: each one's life, and what the state of one means to the others. Pure, like a life.
package struct ComponentPlan: Sendable {
    package struct Deed: Hashable, Sendable {
        package let name: String
        package let action: ComponentLife.Action

        package init(_ name: String, _ action: ComponentLife.Action) {
            self.name = name
            self.action = action
        }
    }

    package private(set) var lives: [String: ComponentLife] = [:]
    private var order = ComponentOrder([])
    /// Removed, and wanted again before the removal was done.
    private var returning: [String: ComponentSpec] = [:]
    private var deeds: [Deed] = []

    package init() {}

    package var specs: [ComponentSpec] { lives.values.map(\.spec) }
    /// Nothing runs, and nothing will by itself.
    package var isDown: Bool { lives.values.allSatisfy(\.isDown) }
    package var wakesAt: Instant? { lives.values.compactMap(\.wakesAt).min() }

    /// What a component waits for, in words; nil when it does not wait.
    package func waits(_ name: String) -> [String] {
        guard lives[name]?.state == .installed else { return [] }
        return order.waits(name) { lives[$0]?.state }
    }

    // MARK: orders

    /// Makes the set of components this one, and says what that means for each.
    package mutating func change(to specs: [ComponentSpec], now: Instant) -> (
        kinds: [String: ChangeKind], deeds: [Deed]
    ) {
        let staying = lives.values.filter { !$0.isGoingAway }.map(\.latestSpec)
        let kinds = ChangeKind.between(staying, specs)
        for spec in specs {
            if lives[spec.name]?.isGoingAway == true {
                returning[spec.name] = spec
            } else if lives[spec.name] == nil {
                lives[spec.name] = ComponentLife(spec)
                apply(spec.name) { $0.proceed(now) }
            } else {
                apply(spec.name) { $0.become(spec, kinds[spec.name] ?? .same, now: now) }
            }
        }
        retire(kinds.filter { $0.value == .removed }.keys.sorted(), .remove, now)
        returning = returning.filter { name, _ in specs.contains { $0.name == name } }
        return (kinds, settled(now))
    }

    package mutating func obey(_ name: String, _ order: ComponentLife.Order, now: Instant) -> [Deed] {
        apply(name) { $0.obey(order, now: now) }
        return settled(now)
    }

    /// Everything stops, dependents first.
    package mutating func stopAll(now: Instant) -> [Deed] {
        returning = [:]
        retire(lives.keys.sorted(), .stop, now)
        return settled(now)
    }

    /// First the wish of all, so that everyone knows whom it waits for.
    private mutating func retire(_ names: [String], _ order: ComponentLife.Order, _ now: Instant) {
        for name in names { lives[name]?.mayStop = false }
        for name in names { apply(name) { $0.obey(order, now: now) } }
    }

    // MARK: events

    package mutating func handle(_ name: String, _ event: ComponentLife.Event, now: Instant) -> [Deed] {
        apply(name) { $0.handle(event, now: now) }
        return settled(now)
    }

    package mutating func tick(now: Instant) -> [Deed] {
        for name in lives.keys.sorted() { apply(name) { $0.proceed(now) } }
        return settled(now)
    }

    private mutating func apply(_ name: String, _ change: (inout ComponentLife) -> [ComponentLife.Action]) {
        guard var life = lives[name] else { return }
        let before = life.state
        let actions = change(&life)
        lives[name] = life
        deeds += actions.map { Deed(name, $0) }
        // A shutdown that fails is a stop like any other for those who depend on it.
        let wasThere = before.isReady || before == .stopping && life.state != .errored
        if before != life.state, life.state.isLost, wasThere { lost.append(name) }
    }
    /// Ready before, and not any more.
    private var lost: [String] = []

    /// Lets everyone see what became of the others, until nothing changes any more.
    private mutating func settled(_ now: Instant) -> [Deed] {
        order = ComponentOrder(specs)
        var changed = true
        while changed {
            changed = false
            while let name = lost.popLast() {
                for follower in order.followers(of: name) {
                    look(follower)
                    apply(follower) { $0.followDependency(now: now) }
                }
                changed = true
            }
            for name in lives.keys.sorted() where look(name) {
                apply(name) { $0.proceed(now) }
                changed = true
            }
            if leave(now) { changed = true }
        }
        defer { deeds = [] }
        return deeds
    }

    /// Tells a life what it may; true when that is new.
    @discardableResult private mutating func look(_ name: String) -> Bool {
        guard let life = lives[name] else { return false }
        let mayStart = order.waits(name) { lives[$0]?.state }.isEmpty
        let mayStop = order.dependents(of: name).allSatisfy { dependent in
            lives[dependent].map { !$0.isGoingDown || $0.isDown || $0.isGone } ?? true
        }
        guard mayStart != life.mayStart || mayStop != life.mayStop else { return false }
        lives[name]?.mayStart = mayStart
        lives[name]?.mayStop = mayStop
        return true
    }

    /// Those that are gone make room, perhaps for themselves.
    private mutating func leave(_ now: Instant) -> Bool {
        let gone = lives.filter { $0.value.isGone && $0.value.phase == .idle }.keys
        for name in gone {
            lives[name] = returning.removeValue(forKey: name).map { ComponentLife($0) }
            apply(name) { $0.proceed(now) }
        }
        if !gone.isEmpty { order = ComponentOrder(specs) }
        return !gone.isEmpty
    }
}
