// A running daemon, asked through its control port.
#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "drills/curl.hpp"
#include "faults/time.hpp"

namespace firedrill::cli {

using Json = nlohmann::ordered_json;

/// Where the daemon is, and what it lets us in with.
struct Access {
  std::string control;     // HOST:PORT; empty: what FIREDRILL_CONTROL says, or 127.0.0.1:8474
  std::string token_file;  // empty: what FIREDRILL_TOKEN says, or none
};

/// The daemon has not done what it was asked, or there is none. what() is all lines.
class NotDone : public std::runtime_error {
 public:
  NotDone(int code, std::vector<std::string> why, unsigned http_status = 0);
  int exit_code;
  std::vector<std::string> lines;
  unsigned status;  // of the answer; 0: there was none
};

class Daemon {
 public:
  /// Reads the token. Throws NotDone for an address or a token that cannot be one. `patience`: with each answer.
  Daemon(const Access& access, faults::Duration patience);

  /// The answer, null when it is empty. A body that is null is not sent. Throws NotDone for any answer that is none
  /// of success, with the problem details it came with.
  Json ask(const std::string& method, const std::string& path, const Json& body = nullptr);
  Json get(const std::string& path) { return ask("GET", path); }
  /// The same for what is no JSON: the answer as it is.
  std::string text(const std::string& path);

  /// HOST:PORT.
  const std::string& address() const { return address_; }

 private:
  // The answer and its status; throws when there is none.
  unsigned exchange(const std::string& method, const std::string& path, const Json& body, std::string& answer);

  std::string address_;
  faults::Duration patience_;
  drills::Headers headers_;
  drills::Easy easy_;  // kept, and its connection with it
};

/// "/v1/proxies/NAME" and "/v1/proxies/PROXY/faults/NAME", for names of any form.
std::string path_of(const std::string& proxy);
std::string path_of(const std::string& proxy, const std::string& fault);

}  // namespace firedrill::cli
