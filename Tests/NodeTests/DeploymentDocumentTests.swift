import Core
import Recipes
import Testing

@testable import Node

/// What a deployment may say (A35 to A37).
@Suite struct DeploymentDocumentTests {
    private static func read(_ text: String) throws(Fault) -> DeploymentDocument {
        try DeploymentDocument(parsing: Array(text.utf8))
    }

    /// As people's recipes have it: the merge is JSON inside a string.
    @Test func theSeedsOwnDocumentIsRead() throws {
        let document = try Self.read(
            #"""
            {"targetArn": "arn:aws:iot:eu-west-1:1:thing/edge-1", "deploymentName": "EdgeAI", "components": {
              "com.edge.OnnxRuntime": {"componentVersion": "1.0.0"},
              "com.edge.InferenceEngine": {"componentVersion": "1.0.0",
                "configurationUpdate": {"merge": "{\"EventBusName\":\"edge-bus\"}"}},
              "aws.greengrass.Cli": {"componentVersion": "2.12.0"}},
             "deploymentPolicies": {"failureHandlingPolicy": "ROLLBACK",
               "componentUpdatePolicy": {"timeoutInSeconds": 30, "action": "NOTIFY_COMPONENTS"}}}
            """#)
        #expect(document.group == "thing/edge-1")
        #expect(document.components?.count == 3)
        let engine = document.components?[try ComponentName(parsing: "com.edge.InferenceEngine")]
        #expect(engine?.update?.merge["EventBusName"] == "edge-bus")
        #expect(document.goesBack)
        #expect(document.asks == 30 * Span64.second)
    }

    /// Each revision of a deployment is for the same group.
    @Test(arguments: [
        ("arn:aws:iot:eu-west-1:1:thinggroup/line-4", "thinggroup/line-4"),
        ("arn:aws:greengrass:eu-west-1:1:configuration:thinggroup/line-4:7", "thinggroup/line-4"),
        ("arn:aws:iot:eu-west-1:1:thing/edge:1", "thing/edge:1"), ("line-4", "line-4"),
    ])
    func groupsAreNamedWithoutTheirAddress(_ target: String, _ group: String) throws {
        #expect(try Self.read("components: {}\ntargetArn: '\(target)'").group == group)
    }

    @Test func whatIsNotSaidIsAsUsual() throws {
        let document = try Self.read("stations: {left: {release: surface/2}}")
        #expect(document.group == DeploymentDocument.localGroup)
        #expect(document.components == nil)
        #expect(document.stations == ["left": "surface/2"])
        #expect(document.goesBack)
        #expect(!document.takesHeld)
        #expect(document.asks == 60 * Span64.second)
    }

    /// A hub's deployments know components alone.
    @Test(arguments: [
        #"{"stations": {"left": {"release": "surface-2"}}}"#,
        #""{\"stations\": {\"left\": {\"release\": \"surface-2\"}}}""#,
    ])
    func releasesAreTheNodesOwnConfiguration(_ merge: String) throws {
        let document = try Self.read(
            #"{"components": {"lineside.Node": {"componentVersion": "2.0.0", "configurationUpdate": {"merge": \#(merge)}}}}"#
        )
        #expect(document.stations == ["left": "surface-2"])
        let wrong =
            #"{"components": {"lineside.Node": {"componentVersion": "2.0.0", "configurationUpdate": {"merge": {"stations": {"left": 1}}}}}}"#
        #expect { try Self.read(wrong) } throws: { "\($0)".contains("merge.stations.left") }
    }

    @Test func nobodyIsAskedWhoIsNotToBe() throws {
        let document = try Self.read(
            "components: {}\ndeploymentPolicies: {componentUpdatePolicy: {action: SKIP_NOTIFY_COMPONENTS}}")
        #expect(document.asks == nil)
        #expect(document.components?.isEmpty == true)
    }

    @Test(arguments: [
        ("{}", "neither components nor stations"), ("components: []", "components must be an object"),
        ("components: {com.x: {}}", "components.com.x.componentVersion is missing"),
        ("components: {com.x: {componentVersion: wrong version}}", "components.com.x"),
        ("components: {'com x': {componentVersion: 1.0.0}}", "components.com x"),
        ("components: {com.x: {componentVersion: 1.0.0, colour: red}}", "there is no key 'components.com.x.colour'"),
        ("stations: {left: surface}", "stations.left must be an object"),
        ("stations: {left: {}}", "stations.left.release is missing"),
        ("components: {}\ncolor: red", "there is no key 'color'"),
        (
            "components: {}\ndeploymentPolicies: {failureHandlingPolicy: MAYBE}",
            "failureHandlingPolicy must be one of"
        ),
        (
            "components: {}\ndeploymentPolicies: {componentUpdatePolicy: {timeoutInSeconds: 0}}",
            "timeoutInSeconds must be a whole number from 1"
        ),
        ("components: {}\ncreationTimestamp: -1", "creationTimestamp must be a whole number from 0"),
        (
            "components: {com.x: {componentVersion: 1.0.0, configurationUpdate: {merge: 'no json'}}}",
            "configurationUpdate.merge"
        ),
    ])
    func whatCannotBeIsNamed(_ text: String, _ words: String) {
        #expect { try Self.read(text) } throws: { "\($0)".contains(words) }
    }
}
