import AWSProtocol
import Core
import Testing

/// Long lists in parts.
@Suite struct PagingTests {
    @Test(arguments: [1, 2, 3, 5, 6, 100]) func givesEveryKeyOnce(_ limit: Int) throws {
        let keys = ["a", "b", "c", "d", "e"]
        var (found, token): ([String], String?) = ([], nil)
        repeat {
            let part = try Paging.part(keys, token: token, limit: limit)
            found += part.keys
            token = part.next
        } while token != nil
        #expect(found == keys)
    }

    @Test func goesOnWhereAKeyWentMeanwhile() throws {
        let first = try Paging.part(["a", "b", "c", "d"], token: nil, limit: 2)
        #expect(Array(try Paging.part(["a", "c", "d"], token: first.next, limit: 2).keys) == ["c", "d"])
    }

    @Test(arguments: ["", "x", "b3RoZXI=", "////"]) func refusesATokenThatItNeverGave(_ token: String) {
        #expect { try Paging.part(["a"], token: token, limit: 1, invalid: "Bad") } throws: {
            ($0 as? ServiceProblem)?.code == "Bad"
        }
    }
}
