/// A defect in the measures of one picture: sixteenths of a pixel, and sixteenths of a grey level.
struct DefectOutline: Sendable {
    /// Steps a pixel.
    static let steps = 16
    /// The length of a direction.
    static let unit = 16_384
    /// A bent scratch is drawn as so many straight strokes.
    static let pieces = 4

    /// A straight part of a defect.
    struct Stroke: Sendable {
        let x: Int
        let y: Int
        let direction: (x: Int, y: Int)
        let half: Int
        let breadth: Int

        /// The distance from the centre, squared: 4,096 on the edge of the ellipse.
        func square(_ along: Int, _ across: Int) -> Int {
            along * along * 4_096 / (half * half) + across * across * 4_096 / (breadth * breadth)
        }

        init(from start: (x: Int, y: Int), to end: (x: Int, y: Int), breadth: Int) {
            x = (start.x + end.x) / 2
            y = (start.y + end.y) / 2
            let along = (x: end.x - start.x, y: end.y - start.y)
            let length = max(1, wholeRoot(along.x * along.x + along.y * along.y))
            direction = (along.x * DefectOutline.unit / length, along.y * DefectOutline.unit / length)
            half = max(1, length / 2)
            self.breadth = max(1, breadth)
        }
    }

    let depth: Int
    private let centre: (x: Int, y: Int)
    private let along: (x: Int, y: Int)
    private let breadth: Int
    /// From the straight line's middle to the bent one's.
    private let bend: (x: Int, y: Int)

    init(_ defect: SurfaceDefect, width: Int, height: Int) {
        func scaled(_ length: Int) -> Int { length * height * Self.steps / (SurfaceDefect.referenceHeight * 100) }
        centre = (defect.x * width * Self.steps / (SurfaceDefect.referenceWidth * 100), scaled(defect.y))
        along = (scaled(defect.alongX), scaled(defect.alongY))
        breadth = scaled(defect.breadth)
        depth = defect.contrast * 16
        let length = max(1, wholeRoot(along.x * along.x + along.y * along.y))
        let aside = scaled(defect.bend)
        bend = (-along.y * aside / length, along.x * aside / length)
    }

    /// The whole of it, as one ellipse.
    var body: Stroke {
        Stroke(
            from: (centre.x - along.x, centre.y - along.y), to: (centre.x + along.x, centre.y + along.y),
            breadth: breadth)
    }

    /// A smaller ellipse over the body's far end, which makes a stain uneven.
    var lobe: Stroke {
        let middle = (x: centre.x + along.x / 2 + bend.x * 3, y: centre.y + along.y / 2 + bend.y * 3)
        let half = (x: along.x * 5 / 8, y: along.y * 5 / 8)
        return Stroke(
            from: (middle.x - half.x, middle.y - half.y), to: (middle.x + half.x, middle.y + half.y),
            breadth: breadth * 5 / 8)
    }

    /// One of a scratch's strokes.
    func piece(_ index: Int) -> Stroke { Stroke(from: joint(index), to: joint(index + 1), breadth: breadth) }

    /// A point of the parabola through both ends and the bent middle.
    private func joint(_ index: Int) -> (x: Int, y: Int) {
        let way = index - Self.pieces / 2
        let sag = Self.pieces - way * way
        return (centre.x + along.x * way / 2 + bend.x * sag / 4, centre.y + along.y * way / 2 + bend.y * sag / 4)
    }
}
