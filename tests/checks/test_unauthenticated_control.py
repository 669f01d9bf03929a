from checks.unauthenticated_control import unauthenticated_control


def test_a_controller_that_answers_modbus_is_found_with_its_name(make, judge):
    facts = {"modbus.unit": 255, "modbus.vendor": "Schneider Electric", "modbus.product_code": "BMX P34 2020"}
    judged = judge(unauthenticated_control, make(("modbus", 502, facts)))
    assert judged.ports == [502]
    assert "Schneider Electric BMX P34 2020" in judged.flaws[0].detail
    assert judged.flaws[0].evidence == b"evidence of modbus"


def test_an_exception_proves_as_much_as_a_name(make, judge):
    judged = judge(unauthenticated_control, make(("modbus", 502, {"modbus.unit": 0, "modbus.exception": 1})))
    assert judged.ports == [502]


def test_a_device_that_speaks_no_control_protocol_passes(make, judge):
    judged = judge(unauthenticated_control, make(("http", 80, {})))
    assert (judged.flaws, judged.ended) == ([], "passed")
