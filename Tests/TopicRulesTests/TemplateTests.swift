import Testing

@testable import TopicRules

@Suite struct TemplateTests {
    private static let payload = #"{"id":7,"t":"x","m":{"a":[1]},"n":null,"f":1.5}"#

    @Test(arguments: [
        ("plain", "plain"), ("", ""), ("${id}", "7"), ("a/${topic(2)}/${id}", "a/line-1/7"), ("${t + '-' + id}", "x-7"),
        ("${missing}", ""), ("a${n}b", "ab"), ("${m}", #"{"a":[1]}"#), ("${m.a[0]}", "1"), ("${f}", "1.5"),
        ("$id", "$id"),
        ("$", "$"), ("${'}'}", "}"), ("${ {'a': 1}.a }", "1"), ("{${id}}", "{7}"), ("$$aws/${id}", "$$aws/7"),
        ("${replace(topic(), '/', '-')}", "plant-line-1-temperature"),
        ("${parse_time(\"yyyy\", timestamp(), \"UTC\")}", "2016"),
        ("${id}${id}", "77"), ("é${id}é", "é7é"),
    ])
    func fillsIn(_ template: String, _ wanted: String) throws {
        let template = try SubstitutionTemplate(parsing: template)
        #expect(try template.text(for: message(Self.payload), version: "2016-03-23") == wanted)
    }

    @Test(arguments: [("${", 3), ("${id", 5), ("a${id id}", 7), ("${}", 3), ("${nofunction()}", 3), ("x${'a}", 4)])
    func refuses(_ template: String, _ character: Int) {
        #expect { try SubstitutionTemplate(parsing: template) } throws: { ($0 as? SQLRefusal)?.character == character }
    }

    @Test func plainOnesAreKnown() throws {
        #expect(try SubstitutionTemplate(parsing: "a/b").isPlain)
        #expect(!(try SubstitutionTemplate(parsing: "a/${topic()}").isPlain))
        #expect(try SubstitutionTemplate(parsing: "${clientid()}").asksForSender)
    }

    @Test func bytesHaveNoNames() throws {
        let template = try SubstitutionTemplate(parsing: "a/${id}/${topic(1)}")
        #expect(try template.text(for: message("not json"), version: "2016-03-23") == "a//plant")
    }
}
