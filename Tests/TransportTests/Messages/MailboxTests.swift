import SIPMessage
import Synchronization
import Testing

@testable import Transport

@Suite struct MailboxTests {
    @Test func wakesOnceUntilItIsTaken() {
        let wakes = Mutex(0)
        let mailbox = Mailbox<Int> { wakes.withLock { $0 += 1 } }
        #expect(!mailbox.hasMail)
        mailbox.post(1)
        mailbox.post(2)
        #expect(mailbox.hasMail)
        #expect(wakes.withLock { $0 } == 1)
        var mail: [Int] = []
        var datagrams: [Datagram] = []
        let isStopping = mailbox.take(mail: &mail, datagrams: &datagrams)
        #expect(!isStopping)
        #expect(mail == [1, 2] && !mailbox.hasMail)
        mailbox.post(3)
        #expect(wakes.withLock { $0 } == 2)
    }

    @Test func stopsAfterWhatWasPostedBefore() {
        let mailbox = Mailbox<Int> {}
        mailbox.post(1)
        mailbox.stop()
        var mail: [Int] = []
        var datagrams: [Datagram] = []
        let isStopping = mailbox.take(mail: &mail, datagrams: &datagrams)
        #expect(isStopping)
        #expect(mail == [1])
    }

    @Test func refusesWhenClosedAndWakesNobody() {
        let wakes = Mutex(0)
        let mailbox = Mailbox<Int> { wakes.withLock { $0 += 1 } }
        mailbox.close()
        #expect(!mailbox.post(1))
        mailbox.stop()
        #expect(wakes.withLock { $0 } == 0)
    }
}
