from checks.contract import Answer, Verdict
from checks.snmp_default_community import snmp_default_community
from inventory.model import Confidence

HTTP = ("http", 80, {"http.status": 200})


def answering(*communities, otherwise=Verdict.UNREACHED):
    def reply(question):
        known = question.account.password in communities
        return Answer(Verdict.OPENED, b"sysDescr") if known else Answer(otherwise, reason="no answer")

    return reply


def test_public_that_is_answered_while_a_random_one_is_not_is_found_on_161_udp(make, judge):
    judged = judge(snmp_default_community, make(HTTP), answering("public"))
    assert [str(flaw.endpoint) for flaw in judged.flaws] == ["192.0.2.1:161/udp"]
    assert [account.id for account in judged.accounts] == ["snmp-public", "control:random"]
    assert judged.flaws[0].evidence == b"sysDescr"


def test_private_is_asked_after_public(make, judge):
    judged = judge(snmp_default_community, make(HTTP), answering("private"))
    assert len(judged.flaws) == 1
    assert [account.password for account in judged.accounts][:2] == ["public", "private"]


def test_silence_to_both_passes_and_costs_two_questions(make, judge):
    judged = judge(snmp_default_community, make(HTTP), answering())
    assert (judged.ended, judged.reason, len(judged.asked)) == ("passed", "answers to no documented community", 2)


def test_the_makers_own_communities_come_first_and_at_most_two_are_asked(make, judge):
    device = make(HTTP, claims={"vendor": "Econolite", "kind": "traffic-controller"})
    judged = judge(snmp_default_community, device, answering())
    assert [account.password for account in judged.accounts] == ["public", "administrator"]


def test_a_device_that_answers_a_random_community_too_is_reported_as_that(make, judge):
    judged = judge(snmp_default_community, make(HTTP), lambda question: Answer(Verdict.OPENED, b"sysDescr"))
    assert judged.flaws[0].title == "SNMP answers to any community"


def test_a_control_that_could_not_be_asked_lowers_the_confidence(make, judge):
    judged = judge(snmp_default_community, make(HTTP), answering("public", otherwise=Verdict.NOT_TRIED))
    assert judged.flaws[0].confidence is Confidence.LIKELY


def test_a_question_that_a_guard_forbade_is_not_passed(make, judge):
    judged = judge(snmp_default_community, make(HTTP), answering(otherwise=Verdict.NOT_TRIED))
    assert (judged.flaws, judged.ended) == ([], "unreached")
    assert "no answer" in judged.reason


def test_the_community_shows_in_no_detail_and_in_no_representation(make, judge):
    device = make(HTTP, claims={"vendor": "Econolite", "kind": "traffic-controller"})
    judged = judge(snmp_default_community, device, answering("administrator"))
    assert "administrator" not in judged.flaws[0].detail + repr(judged.asked)


def test_what_runs_traffic_is_asked_for_the_administrator_of_its_mib(make, judge):
    sign = make(HTTP, claims={"kind": "message-sign"})
    judged = judge(snmp_default_community, sign, answering("administrator"))
    assert [account.password for account in judged.accounts][:2] == ["public", "administrator"]
    assert "administrator" not in judged.flaws[0].detail.replace("ntcip-administrator", "")
