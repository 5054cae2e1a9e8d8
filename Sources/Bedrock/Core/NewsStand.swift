internal import Synchronization

/// One piece of news from another thread, waited for by this one.
package final class NewsStand<News: Sendable>: Sendable {
    private let news = Mutex<News?>(nil)
    private let flag = Flagpole()

    package init() {}

    package func post(_ news: News) {
        self.news.withLock { $0 = news }
        flag.raise()
    }

    package func wait() -> News {
        while true {
            flag.wait()
            if let news = news.withLock({ $0 }) { return news }
        }
    }
}
