import Registrar
import Support
import Testing

/// The playbook itself: a mismatch names the step and shows all that was said.
struct PlaybookTests {
    @Test func aMismatchPrintsTheConversationAsALadder() throws {
        var stage = try Stage()
        let script = PhoneScript(Phone())
        let conversation = Playbook<Stage>([
            .receive { _ in script.register(answering: nil) }, .expect(200, containing: []),
            .advance(seconds: 60),
            .receive { _ in Array("noise\r\n\r\n".utf8) }, .expectSilence, .expectEvents(["nothing"]),
        ])
        let problem = #expect(throws: Playbook<Stage>.Mismatch.self) { try conversation.run(on: &stage) }
        #expect(
            problem?.description == """
                step 6: expected events ["nothing"], got ["added sip:alice@10.0.0.1:5060"]
                  phone                                            registrar
                  |-- REGISTER sip:example.com SIP/2.0 -->
                  <-- SIP/2.0 200 OK --|
                  ... 60 s ...
                  |-- noise -->
                  (silence)

                """
        )
    }
}
