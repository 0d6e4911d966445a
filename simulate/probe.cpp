// Tries, samples, turns; and the words of drills/question.cpp, as far as one can foretell what the kernel says.
#include "simulate/probe.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "faults/units.hpp"

namespace firedrill::simulate {

Probe::Probe(Agenda& agenda, ProbeSpec spec, drills::ProbeMeter& meter, OnSample on_sample)
    : agenda_{agenda},
      spec_{std::move(spec)},
      meter_{meter},
      on_sample_{std::move(on_sample)},
      caller_{agenda, [this] { answered(); }},
      turn_{agenda, [this] { sample(); }},
      again_{agenda, [this] { ask(); }},
      patience_{agenda, [this] { timed_out(); }} {}

void Probe::start(Time at) {
  due_ = at;
  turn_.set(at);
}

void Probe::stop() {
  turn_.cancel();
  again_.cancel();
  patience_.cancel();
  caller_.call_off();
}

void Probe::sample() {
  started_ = agenda_.now();
  tries_ = 0;
  ask();
}

void Probe::ask() {
  if (spec_.status == 0) {
    const auto plug = spec_.place->connect();  // closed at once
    return tried(plug ? "" : "Connection refused");
  }
  caller_.ask(*spec_.place, spec_.request);
  patience_.set(agenda_.now() + spec_.timeout);
}

// Each time over a connection of its own.
void Probe::answered() {
  patience_.cancel();
  caller_.call_off();
  using How = Caller::How;
  std::string said;
  switch (caller_.how()) {
    case How::answered:
      if (caller_.status() != spec_.status) said = fmt::format("status {}, not {}", caller_.status(), spec_.status);
      break;
    case How::refused:
      said = "Connection refused";
      break;
    case How::reset:
      said = "Failure when receiving data from the peer";
      break;
    case How::closed:
      said = "Server returned nothing (no headers, no data)";
      break;
    case How::garbled:
      said = "Weird server reply";
      break;
  }
  tried(said);
}

void Probe::timed_out() {
  caller_.call_off();
  tried(fmt::format("no answer within {}", faults::show(spec_.timeout)));
}

void Probe::tried(const std::string& said) {
  const bool good = said.empty();
  if (!good && tries_++ < spec_.retries) return again_.soon();
  const Time now = agenda_.now();
  meter_.record(started_, now, good, said);
  if (on_sample_) on_sample_(good, now - started_, said);
  const Duration every = std::max<Duration>(spec_.every, std::chrono::milliseconds{1});
  due_ += every * ((now - due_) / every + 1);
  turn_.set(due_);
}

}  // namespace firedrill::simulate
