internal import Core
internal import Synchronization

/// One piece of news from another thread, waited for by this one.
final class NewsStand<News: Sendable>: Sendable {
    private let news = Mutex<News?>(nil)
    private let flag = Flagpole()

    func post(_ news: News) {
        self.news.withLock { $0 = news }
        flag.raise()
    }

    func wait() -> News {
        while true {
            flag.wait()
            if let news = news.withLock({ $0 }) { return news }
        }
    }
}
