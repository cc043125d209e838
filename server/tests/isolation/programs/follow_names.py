"""Gets an allowed answer first and a forbidden one after: by redirects, and by names that change."""
allowed, forbidden = sys.argv[1:3]
import urllib.request
def fetch(url):
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        raise OSError(errno.EACCES, f"{error.code}")
    except urllib.error.URLError as error:
        raise OSError(errno.ENETUNREACH, str(error.reason))
control("the allowed address answers", fetch(f"http://{allowed}/") == b"allowed")
for how in sys.argv[3].split(","):
    attempt(f"be sent on with {how}", lambda: fetch(f"http://{allowed.rsplit(':', 1)[0]}:{how}/"))
control("a name that points to the allowed address answers", fetch(f"http://first.rebind.test:{allowed.rsplit(':', 1)[1]}/") == b"allowed")
for turn in range(20):
    for host in ("first.rebind.test", "always.rebind.test", "both.rebind.test"):
        attempt(f"reach the forbidden one as {host} ({turn})", lambda: fetch(f"http://{host}:{forbidden.rsplit(':', 1)[1]}/"))
attempt("reach the forbidden one by its address", lambda: fetch(f"http://{forbidden}/"))
said("end")
