# Sourced by launchers that look into Kelson's members: start_members PORT DIRECTORY [OPTION...] starts three on fresh directories, on six loopback
# ports from PORT on, and sets $endpoints and $pids; stop_members ends them, by their own ids. $here is this directory.

pids=()
start_members() {
  local port=$1 work=$2 peers="" i client peer try
  shift 2
  for i in 0 1 2; do peers+="${peers:+,}m$i=http://127.0.0.1:$((port + 3 + i))"; done
  for i in 0 1 2; do
    client=http://127.0.0.1:$((port + i)) peer=http://127.0.0.1:$((port + 3 + i))
    "$here/../bin/kelson" server --name "m$i" --data-dir "$work/m$i" --initial-cluster "$peers" --listen-client-urls "$client" \
      --advertise-client-urls "$client" --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" "$@" > "$work/m$i.log" 2>&1 &
    pids+=($!)
  done
  endpoints=127.0.0.1:$port,127.0.0.1:$((port + 1)),127.0.0.1:$((port + 2))
  for ((try = 0; ; try++)); do
    "$here/load" put --endpoints "$endpoints" --clients 1 --warmup 0 --total 1 --json > "$work/first.log" 2>&1 && break
    [ "$try" -lt 60 ] || { tail -n 5 "$work"/*.log >&2; return 1; }
    sleep 0.5
  done
}

stop_members() {
  local pid
  [ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2> /dev/null || true
  for pid in "${pids[@]}"; do wait "$pid" 2> /dev/null || true; done
  pids=()
}
