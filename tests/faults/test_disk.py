"""The disk is full: the patient still gets the card, and is told that nobody may be counted on to have read it."""

import subprocess
import sys
from pathlib import Path

_FULL = """
import resource, signal, sys
from pathlib import Path
from tests.app.turns import World
from tests.keys import records

folder = Path(sys.argv[1])
database = records(folder / 'test.db')
database.migrate()
world = World(database, folder)
list(world.conversation.reply("p1", "c1", "what is gout"))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
shown = [event.reply for event in world.conversation.reply("p1", "c1", "crushing chest pain") if hasattr(event, "reply")]
stored = world.say("case_not_stored") in str(shown[0].body)
answer = [event.reply.kind for event in world.conversation.reply("p2", "c2", "what is gout") if hasattr(event, "reply")]
print(shown[0].kind, "911" in shown[0].text, stored, *answer)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
list(world.conversation.reply("p1", "c1", "crushing chest pain"))
print(*[case.level for case in world.cases.queue()])
world.screener.close()
world.desk.close()
"""


def test_with_a_full_disk_the_card_is_shown_and_the_truth_told_and_with_room_again_the_case_is_stored(tmp_path: Path) -> None:
    """Neither database nor spool could take it; ordinary questions are answered; nothing has to be started anew."""
    done = subprocess.run([sys.executable, "-c", _FULL, str(tmp_path)], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.splitlines() == ["care_card True True answer", "emergency"], done.stderr[-1500:]
    assert "crushing" not in done.stderr
