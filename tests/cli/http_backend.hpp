// A web server that no one here wrote: Python's own, on a free port of loopback.
#pragma once

#include <sys/types.h>

#include <string>

namespace firedrill::tests {

class HttpBackend {
 public:
  /// Serves the files of `directory`. Throws std::runtime_error when it does not come up.
  HttpBackend(const std::string& python, const std::string& directory);
  ~HttpBackend();
  HttpBackend(const HttpBackend&) = delete;
  HttpBackend& operator=(const HttpBackend&) = delete;

  /// "127.0.0.1:41233".
  const std::string& address() const { return address_; }

 private:
  pid_t pid_ = -1;
  int said_ = -1;
  std::string address_;
};

}  // namespace firedrill::tests
