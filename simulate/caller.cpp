// Request out, answer in.
#include "simulate/caller.hpp"

#include <algorithm>
#include <utility>

namespace firedrill::simulate {

http_parser_settings Caller::make_settings() {
  http_parser_settings settings;
  http_parser_settings_init(&settings);
  settings.on_headers_complete = [](http_parser* parser) {
    return static_cast<Caller*>(parser->data)->bodiless_ ? 1 : 0;
  };
  settings.on_message_complete = [](http_parser* parser) {
    auto& self = *static_cast<Caller*>(parser->data);
    self.complete_ = true;
    self.keep_ = self.keep_ && http_should_keep_alive(parser) != 0;
    http_parser_pause(parser, 1);
    return 0;
  };
  return settings;
}

Caller::Caller(Agenda& agenda, std::function<void()> over)
    : over_{std::move(over)}, turn_{agenda, [this] { turn(); }} {}

void Caller::ask(Place& place, std::string_view request) {
  if (!plug_.is_open()) {
    auto plug = place.connect();
    refused_ = !plug;
    if (plug) {
      plug_ = *std::move(plug);
      plug_.watch(turn_);
    }
  }
  http_parser_init(&parser_, HTTP_RESPONSE);
  parser_.data = this;
  request_ = request;
  bodiless_ = request.starts_with("HEAD ");
  complete_ = false;
  busy_ = keep_ = true;
  turn_.soon();
}

void Caller::call_off() {
  busy_ = false;
  turn_.cancel();
  plug_.close();
}

void Caller::end(How how) {
  how_ = how;
  busy_ = false;
  if (how != How::answered || !keep_) plug_.close();
  over_();
}

void Caller::turn() {
  if (busy_ && refused_) return end(How::refused);
  if (!plug_.is_open()) return;
  if (busy_ && !request_.empty()) send();
  if (plug_.is_open()) read();
}

void Caller::send() {
  const std::size_t some = std::min(request_.size(), plug_.room());
  if (some == 0) return;
  if (plug_.send(Bytes::copy_of(std::string_view{request_}.substr(0, some)))) request_.erase(0, some);
}

void Caller::read() {
  static const http_parser_settings parsing = make_settings();
  Bytes bytes;
  while (true) {
    const Plug::Came came = plug_.receive(bytes);
    if (came == Plug::Came::nothing) return;
    if (!busy_) return plug_.close();  // nothing was asked: whatever came, it ends the connection
    if (came == Plug::Came::broken) return end(How::reset);
    const bool at_end = came == Plug::Came::finish;
    http_parser_execute(&parser_, &parsing, at_end ? nullptr : bytes.data(), at_end ? 0 : bytes.size());
    if (complete_) return end(How::answered);
    const auto error = HTTP_PARSER_ERRNO(&parser_);
    if (at_end) return end(How::closed);
    if (error != HPE_OK) return end(How::garbled);
  }
}

}  // namespace firedrill::simulate
