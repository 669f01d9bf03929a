from checks.no_authentication import no_authentication


def test_a_broker_that_accepts_a_nameless_client_is_found(make, judge):
    judged = judge(no_authentication, make(("mqtt", 1883, {"mqtt.return_code": 0, "mqtt.anonymous": True})))
    assert judged.ports == [1883]
    assert judged.flaws[0].evidence == b"evidence of mqtt"


def test_a_broker_that_refuses_a_nameless_client_passes(make, judge):
    judged = judge(no_authentication, make(("mqtt", 1883, {"mqtt.return_code": 5, "mqtt.anonymous": False})))
    assert (judged.flaws, judged.ended) == ([], "passed")


def test_a_telnet_port_that_opens_on_a_shell_is_found(make, judge):
    judged = judge(no_authentication, make(("telnet", 23, {"telnet.prompt": "shell"})))
    assert judged.ports == [23]


def test_a_telnet_port_that_asks_for_a_login_passes(make, judge):
    judged = judge(no_authentication, make(("telnet", 23, {"telnet.prompt": "login"})))
    assert (judged.flaws, judged.ended) == ([], "passed")


def test_a_desktop_without_a_password_is_found(make, judge):
    facts = {"vnc.version": "3.8", "vnc.security_types": ("None", "VNC Authentication"), "vnc.no_authentication": True}
    judged = judge(no_authentication, make(("vnc", 5900, facts)))
    assert judged.ports == [5900]
    assert judged.flaws[0].evidence == b"evidence of vnc"


def test_a_desktop_that_asks_for_a_password_passes(make, judge):
    facts = {"vnc.version": "3.8", "vnc.security_types": ("VNC Authentication",), "vnc.no_authentication": False}
    judged = judge(no_authentication, make(("vnc", 5900, facts)))
    assert (judged.flaws, judged.ended) == ([], "passed")
