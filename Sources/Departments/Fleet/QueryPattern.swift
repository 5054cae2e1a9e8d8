/// A word with `*` for anything and `?` for one letter.
struct QueryPattern: Hashable, Sendable {
    enum Piece: Hashable, Sendable {
        case letter(Character)
        case one
        case any
    }

    let pieces: [Piece]
    /// What it is as a number.
    let number: Double?

    init(_ pieces: [Piece]) {
        self.pieces = pieces
        let letters = pieces.compactMap { if case .letter(let letter) = $0 { letter } else { nil } }
        number = letters.count == pieces.count ? Double(String(letters)) : nil
    }

    /// Whether it is a star and nothing else.
    var isAnything: Bool { pieces == [.any] }

    /// Goes back to the last star alone: what an earlier one would have to take instead, the last can take as well.
    func matches(_ word: String) -> Bool {
        let letters = Array(word)
        var (place, piece) = (0, 0)
        var star: (piece: Int, place: Int)?
        while place < letters.count {
            if piece < pieces.count, pieces[piece] == .any {
                star = (piece, place)
                piece += 1
            } else if piece < pieces.count, pieces[piece] == .one || pieces[piece] == .letter(letters[place]) {
                piece += 1
                place += 1
            } else if let last = star {
                star = (last.piece, last.place + 1)
                piece = last.piece + 1
                place = last.place + 1
            } else {
                return false
            }
        }
        return pieces[piece...].allSatisfy { $0 == .any }
    }
}
