#!/bin/sh
# Installs the Debian packages that tests use (test/debian-packages.txt). Safe to run again and without a network:
# what can't be installed is said, and the tests that need it are skipped with that reason.
set -u
here=$(dirname "$0")

if ! command -v dpkg-query >/dev/null 2>&1; then
  echo "setup: this is no Debian; nothing installed"
  exit 0
fi

# A second mail server can't be installed beside Postfix, so it is unpacked (test/peers/exim.ts).
peers=/var/lib/forthright-peers/exim
if [ "$(id -u)" = 0 ] && [ ! -x "$peers/usr/sbin/exim4" ]; then
  mkdir -p "$peers"
  (cd "$peers" && apt-get download -qq exim4-daemon-light libidn12 >/dev/null 2>&1 &&
    for file in *.deb; do dpkg -x "$file" . && rm "$file"; done) ||
    echo "setup: could not download exim4-daemon-light (offline?)"
fi

# A Dovecot that is installed would listen; ours is started by tests only (test/peers/dovecot.ts).
peers=/var/lib/forthright-peers/dovecot
if [ "$(id -u)" = 0 ] && [ ! -x "$peers/usr/sbin/dovecot" ]; then
  mkdir -p "$peers"
  (cd "$peers" && apt-get download -qq dovecot-core dovecot-imapd >/dev/null 2>&1 &&
    for file in *.deb; do dpkg -x "$file" . && rm "$file"; done) ||
    echo "setup: could not download dovecot-imapd (offline?)"
fi

missing=
for package in $(grep -v '^#' "$here/debian-packages.txt"); do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing="$missing $package"
done
# Installing Postfix would remove a mail server that somebody uses.
case " $missing " in *" postfix "*)
  if command -v sendmail >/dev/null 2>&1; then
    echo "setup: another mail server is installed, so postfix stays missing"
    missing=$(printf '%s ' $missing | sed 's/\bpostfix\b//')
  fi
  ;;
esac
missing=$(echo $missing)
[ -z "$missing" ] && exit 0

if [ "$(id -u)" != 0 ]; then
  echo "setup: not root, so these stay missing: $missing"
  exit 0
fi

export DEBIAN_FRONTEND=noninteractive
install() {
  apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=60 "$@" >/dev/null 2>&1
}
install_all() {
  case " $missing " in *" postgresql "*)
    # Tests start servers of their own; one for the whole system would only take memory and a port.
    install postgresql-common || return 1
    sed -i 's/^#\? *create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
    ;;
  esac
  case " $missing " in *" postfix "*)
    # Tests start instances of their own.
    echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections || return 1
    ;;
  esac
  # shellcheck disable=SC2086
  install $missing
}
if install_all || { apt-get update -qq >/dev/null 2>&1 && install_all; }; then
  echo "setup: installed $missing"
else
  echo "setup: could not install $missing (offline?)"
fi
exit 0
