#include "net/transport/tls_handshake.hpp"

namespace cafq::transport {

bool tls_handshake::begin_step(time_point now) {
  if (stepping_ || arrived_.empty() || state_ != transport::step::hungry)
    return false;
  input_.feed(arrived_);
  input_.keep();
  arrived_.clear();
  ++steps_;
  begun_ = now;
  return stepping_ = true;
}

void tls_handshake::step() {
  state_ = stream_->handshake(input_, reply_);
  if (state_ == transport::step::failed)
    error_ = stream_->error();
}

void tls_handshake::refuse() {
  state_ = transport::step::failed;
  error_ = "tls: too many handshakes";
}

std::string_view tls_handshake::rest() {
  input_.feed(arrived_);
  input_.keep();
  return input_.window();
}

} // namespace cafq::transport
