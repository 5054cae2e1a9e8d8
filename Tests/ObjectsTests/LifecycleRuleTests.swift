import Core
import Testing
import XML

@testable import Objects

/// Rules as documents have them: what is read is told again, and what S3 refuses is refused.
@Suite struct LifecycleRuleTests {
    private static func document(_ rules: String) -> [UInt8] {
        Array("<LifecycleConfiguration>\(rules)</LifecycleConfiguration>".utf8)
    }

    private static func refusal(_ rules: String) -> String? {
        do throws(ServiceProblem) {
            _ = try BucketLifecycle.read(document(rules))
            return nil
        } catch { return error.code }
    }

    private static func rule(_ inside: String, status: String = "Enabled", filter: String = "<Filter/>") -> String {
        "<Rule><ID>r</ID>\(filter)<Status>\(status)</Status>\(inside)</Rule>"
    }

    private static let days = "<Expiration><Days>1</Days></Expiration>"

    @Test(arguments: [
        rule(days), rule(days, status: "Disabled"), rule(days, filter: "<Prefix></Prefix>"),
        rule(days, filter: "<Filter><Prefix>a&amp;b/</Prefix></Filter>"),
        rule(days, filter: "<Filter><Tag><Key>k</Key><Value></Value></Tag></Filter>"),
        rule(
            days,
            filter:
                "<Filter><And><Prefix>a/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag><Tag><Key>l</Key><Value>w</Value></Tag><ObjectSizeGreaterThan>0</ObjectSizeGreaterThan><ObjectSizeLessThan>9</ObjectSizeLessThan></And></Filter>"
        ),
        rule("<Expiration><Date>2030-01-01T00:00:00.000Z</Date></Expiration>"),
        rule("<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>"),
        rule("<Expiration><ExpiredObjectDeleteMarker>false</ExpiredObjectDeleteMarker></Expiration>"),
        rule(
            "<NoncurrentVersionExpiration><NoncurrentDays>3</NoncurrentDays><NewerNoncurrentVersions>100</NewerNoncurrentVersions></NoncurrentVersionExpiration>"
        ),
        rule(
            "<AbortIncompleteMultipartUpload><DaysAfterInitiation>2147483647</DaysAfterInitiation></AbortIncompleteMultipartUpload>"
        ),
    ])
    func comesBackAsItWas(_ text: String) throws {
        let rules = try BucketLifecycle.read(Self.document(text))
        let kept = rules.map { LifecycleRule($0.datum) }
        #expect(kept == rules)
        var xml = XMLWriter()
        for rule in kept { rule.write(to: &xml) }
        let told = String(decoding: xml.bytes, as: UTF8.self)
        #expect(told.hasSuffix(text.replacing("<Filter/>", with: "<Filter></Filter>")))
    }

    @Test func ruleWithoutANameGetsOne() throws {
        let text = Self.rule(Self.days).replacing("<ID>r</ID>", with: "")
        let rules = try BucketLifecycle.read(Self.document(text + text))
        #expect(rules.count == 2 && rules[0].id != rules[1].id && rules.allSatisfy { !$0.id.isEmpty })
    }

    @Test(arguments: [
        ("", "MalformedXML"), ("<Other/>", "MalformedXML"), ("<Rule/>", "MalformedXML"),
        (rule(days, status: "On"), "MalformedXML"), (rule(days, filter: ""), "MalformedXML"),
        (rule(days, filter: "<Prefix/><Filter/>"), "MalformedXML"), (rule(days + days), "MalformedXML"),
        (rule(days + "<Colour/>"), "MalformedXML"),
        (rule(days, filter: "<Filter><And/></Filter>"), "MalformedXML"),
        (rule(days, filter: "<Filter><Colour/></Filter>"), "MalformedXML"),
        (
            rule(days, filter: "<Filter><Prefix/><Tag><Key>k</Key><Value>v</Value></Tag></Filter>"), "MalformedXML"
        ),
        (rule("<Expiration/>"), "MalformedXML"),
        (rule("<Expiration><Days>x</Days></Expiration>"), "MalformedXML"),
        (rule("<Expiration><Days>2147483648</Days></Expiration>"), "MalformedXML"),
        (rule("<Expiration><Date>tomorrow</Date></Expiration>"), "MalformedXML"),
        (
            rule("<Expiration><Days>1</Days><Date>2030-01-01T00:00:00Z</Date></Expiration>"), "MalformedXML"
        ),
        (rule("<Expiration><Days>0</Days></Expiration>"), "InvalidArgument"),
        (rule("<Expiration><Days>-1</Days></Expiration>"), "InvalidArgument"),
        (rule("<Expiration><Date>2030-01-01T00:00:01Z</Date></Expiration>"), "InvalidArgument"),
        (rule("<Expiration><Date>1969-12-31T00:00:00Z</Date></Expiration>"), "InvalidArgument"),
        (rule("<NoncurrentVersionExpiration/>"), "InvalidArgument"),
        (
            rule(
                "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>101</NewerNoncurrentVersions></NoncurrentVersionExpiration>"
            ), "InvalidArgument"
        ),
        (rule("<AbortIncompleteMultipartUpload/>"), "InvalidArgument"), (rule(""), "InvalidRequest"),
        (
            rule(
                days,
                filter:
                    "<Filter><And><ObjectSizeGreaterThan>9</ObjectSizeGreaterThan><ObjectSizeLessThan>9</ObjectSizeLessThan></And></Filter>"
            ), "InvalidRequest"
        ),
        (
            rule(
                "<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>",
                filter: "<Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter>"), "InvalidRequest"
        ),
        (
            rule(
                "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>",
                filter: "<Filter><ObjectSizeGreaterThan>1</ObjectSizeGreaterThan></Filter>"), "InvalidRequest"
        ),
        (rule(days) + rule(days), "InvalidArgument"),
        (
            rule(days) + rule(days, filter: "<Prefix/>").replacing("<ID>r</ID>", with: "<ID>s</ID>"),
            "InvalidRequest"
        ),
        (rule("<Transition><Days>1</Days><StorageClass>GLACIER</StorageClass></Transition>" + days), "NotImplemented"),
        (rule("<NoncurrentVersionTransition/>" + days), "NotImplemented"),
    ])
    func isRefused(_ rules: String, _ code: String) { #expect(Self.refusal(rules) == code) }

    @Test func thousandRulesAndLongNamesHaveTheirLimit() {
        let bare = Self.rule(Self.days).replacing("<ID>r</ID>", with: "")
        #expect(Self.refusal(String(repeating: bare, count: 1000)) == nil)
        #expect(Self.refusal(String(repeating: bare, count: 1001)) == "MalformedXML")
        let named = {
            Self.rule(Self.days).replacing("<ID>r</ID>", with: "<ID>\(String(repeating: "n", count: $0))</ID>")
        }
        #expect(Self.refusal(named(255)) == nil)
        #expect(Self.refusal(named(256)) == "InvalidArgument")
    }
}
