/// What the defects of one frame change, pixel by pixel, in sixteenths of a grey level. Zero where the surface is good.
struct ReliefPlane: Sendable {
    private(set) var values: [Int16] = []
    let width: Int
    let height: Int
    private var touched: Range<Int> = 0..<0

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        values = [Int16](repeating: 0, count: width * height)
    }

    /// Makes the surface good again: only the rows that something was drawn in are wiped.
    mutating func clear() {
        for place in touched.lowerBound * width..<touched.upperBound * width { values[place] = 0 }
        touched = 0..<0
    }

    mutating func draw(_ defect: SurfaceDefect, lighting: Lighting) {
        let outline = DefectOutline(defect, width: width, height: height)
        switch defect.kind {
        case .scratch: drawScratch(outline)
        case .dent: drawDent(outline, lighting)
        case .blob:
            drawBlob(outline, outline.body)
            drawBlob(outline, outline.lobe)
        }
    }

    private mutating func drawScratch(_ outline: DefectOutline) {
        for piece in 0..<DefectOutline.pieces {
            let stroke = outline.piece(piece)
            fill(stroke, reach: stroke.half + stroke.breadth) { along, across in
                let beyond = max(abs(along) - stroke.half, 0)
                let square = beyond * beyond + across * across
                let edge = stroke.breadth * stroke.breadth
                guard square < edge else { return 0 }
                return outline.depth * soft(square * one / edge) / one
            }
        }
    }

    private mutating func drawDent(_ outline: DefectOutline, _ lighting: Lighting) {
        let body = outline.body
        // The lamp's direction as the dent sees it: along and across itself.
        let lamp = lighting.towardsLamp
        let lampAlong = (lamp.x * body.direction.x + lamp.y * body.direction.y) / DefectOutline.unit
        let lampAcross = (lamp.y * body.direction.x - lamp.x * body.direction.y) / DefectOutline.unit
        fill(body, reach: max(body.half, body.breadth)) { along, across in
            let square = body.square(along, across)
            guard square < one else { return 0 }
            let facing = along * lampAlong / body.half + across * lampAcross / body.breadth
            // A bowl's slope times its depth is at most 2/7 of one: so much more makes the contrast what it says.
            return outline.depth * soft(square) / one * facing / one * 7 / 2
        }
    }

    private mutating func drawBlob(_ outline: DefectOutline, _ lobe: DefectOutline.Stroke) {
        fill(lobe, reach: max(lobe.half, lobe.breadth)) { along, across in
            let square = lobe.square(along, across)
            guard square < one else { return 0 }
            return outline.depth * min(one, 2 * (one - square)) / one
        }
    }

    /// Asks for the depth at every pixel that the stroke can reach; where two meet, the deeper one stays.
    @inline(__always)
    private mutating func fill(_ stroke: DefectOutline.Stroke, reach: Int, _ depth: (Int, Int) -> Int) {
        let columns = pixels(stroke.x, reach, below: width)
        let rows = pixels(stroke.y, reach, below: height)
        guard !columns.isEmpty, !rows.isEmpty else { return }
        touched =
            touched.isEmpty ? rows : min(touched.lowerBound, rows.lowerBound)..<max(touched.upperBound, rows.upperBound)
        for y in rows {
            for x in columns {
                let aside = x * DefectOutline.steps - stroke.x
                let down = y * DefectOutline.steps - stroke.y
                let along = (aside * stroke.direction.x + down * stroke.direction.y) / DefectOutline.unit
                let across = (down * stroke.direction.x - aside * stroke.direction.y) / DefectOutline.unit
                let change = depth(along, across)
                let place = y * width + x
                if abs(change) > abs(Int(values[place])) { values[place] = Int16(clamping: change) }
            }
        }
    }

    private func pixels(_ centre: Int, _ reach: Int, below size: Int) -> Range<Int> {
        let first = max(0, (centre - reach) / DefectOutline.steps)
        let last = min(size, (centre + reach) / DefectOutline.steps + 2)
        return first..<max(first, last)
    }
}

private let one = 4_096

/// Falls softly from one at the centre to zero at the edge; `square` is the distance squared, of one at the edge.
private func soft(_ square: Int) -> Int { (one - square) * (one - square) / one }
