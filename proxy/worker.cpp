// The thread.
#include "proxy/worker.hpp"

#include <pthread.h>

namespace firedrill::proxy {

Worker::Worker() : guard_{asio::make_work_guard(context_)}, scratch_{new char[scratch_size]} {
  thread_ = std::thread{[this] {
    pthread_setname_np(pthread_self(), "firedrill-link");
    context_.run();
  }};
}

Worker::~Worker() {
  guard_.reset();
  thread_.join();
}

}  // namespace firedrill::proxy
