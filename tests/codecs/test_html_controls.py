"""The pages are written after what such devices show: the labels are theirs, the markup is of the kinds that their servers send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.codecs.html_controls import Controls, read_controls

# The main menu of Tasmota 9 without WebPassword: forms with one button each (tasmota/xdrv_01_webserver.ino, HTTP_BTN_CONF and its neighbours).
TASMOTA = """<form action='cn' method='get'><button>Configuration</button></form><p></p>
<form action='in' method='get'><button>Information</button></form><p></p>
<form action='up' method='get'><button>Firmware Upgrade</button></form><p></p>
<form action='cs' method='get'><button>Console</button></form><p></p>
<form action='.' method='get' onsubmit='return confirm("Confirm Restart");'><button name='rst' class='button bred'>Restart</button></form>"""
MENU = """<TABLE><TR><TD><A HREF=net.htm>Netzwerk</A><TD><A HREF=user.htm>Benutzer</A>
<TD><A HREF=fw.htm>Firmware-Update</A><TD><A HREF=reset.htm>Werkseinstellungen</A></TABLE>"""
SETUP = """<form method=post action=/setup.cgi><input name=ip><input type=text name=netmask><input type=text name=gateway>
<input type=submit value=Save></form>"""


def test_buttons_of_a_page_are_what_it_does_itself():
    controls = read_controls(TASMOTA)
    assert controls.operable == controls.offered == ("configuration", "restart", "firmware")
    assert controls.labels == ("Configuration", "Firmware Upgrade", "Restart")


def test_links_only_lead_there():
    assert read_controls(MENU) == Controls(
        ("network", "firmware", "factory-defaults", "users"),
        (),
        ("Netzwerk", "Benutzer", "Firmware-Update", "Werkseinstellungen"),
    )


def test_fields_for_addresses_and_a_button_to_save_are_a_setup():
    assert read_controls(SETUP).operable == ("configuration", "addresses")


@pytest.mark.parametrize(
    ("label", "meant"),
    [
        ("Reboot device", "restart"),
        ("Redémarrer", "restart"),
        ("Reiniciar", "restart"),
        ("Riavvia", "restart"),
        ("Uruchom ponownie", "restart"),
        ("Update Firmware", "firmware"),
        ("Mise à jour", "firmware"),
        ("Restore factory defaults", "factory-defaults"),
        ("Paramètres d'usine", "factory-defaults"),
        ("User Management", "users"),
        ("Passwort &auml;ndern", "users"),
        ("TCP/IP", "network"),
        ("Wi-Fi", "network"),
        ("Einstellungen", "configuration"),
        ("Backup configuration", "backup"),
    ],
)
def test_the_labels_of_several_languages_mean_one_thing(label, meant):
    assert meant in read_controls(f"<button>{label}</button>").operable


@pytest.mark.parametrize(
    "control",
    [
        "<input type=submit value=Reboot>",
        "<INPUT TYPE='BUTTON' VALUE='reboot now'>",
        "<form action='/cgi-bin/reboot.cgi?now=1'>",
        "<input type=image alt=Reboot src=r.gif>",
        "<button><img src=r.png alt=Reboot></button>",
        "<button><b>Re</b>boot</button><button>Reboot</button>",
        "<button>Reboot",
    ],
)
def test_a_control_is_known_in_whatever_form_it_comes(control):
    assert read_controls(control).operable == ("restart",)


@pytest.mark.parametrize(
    "page",
    [
        "<p>Reboot the device, then update the firmware in Settings.</p>",  # prose
        "<a href=https://www.example.org/>Firmware</a><a href=//example.org/r>Reboot</a><a href=mailto:r@example.org>Users</a>",
        "<a href='users/'>users/</a><a href='firmware.bin'>firmware.bin</a><a href='./settings'>settings</a>",  # a list of files
        "<a href=/news/7>How the new firmware of our trams made them restart on time again</a>",  # a headline
        "<script>'<button>Reboot</button>'</script><!-- <button>Reboot</button> -->",
        "<a href=/red>Red</a><a href=/usersguide>usersguide</a>",
        "<input type=text value=Reboot><input type=hidden name=gateway>",
    ],
)
def test_what_is_no_control_of_the_page_offers_nothing(page):
    assert read_controls(page) == Controls()


@pytest.mark.parametrize("login", ["Log in", "Sign-in", "Login", "Anmelden", "Connexion", "Iniciar sesión", "Zaloguj"])
def test_a_page_that_leads_to_a_login_offers_nothing_to_a_stranger(login):
    assert read_controls(f"{TASMOTA}<a href=/l>{login}</a>") == Controls()


def test_labels_are_one_line_and_at_most_eight():
    page = "<button>Reboot\x1b[2J\n now</button>" * 20
    controls = read_controls(page)
    assert len(controls.labels) == 8
    assert controls.labels[0] == "Reboot\\x1b[2J now"


def test_ten_thousand_controls_are_not_all_read():
    assert read_controls("<a href=x>y</a>" * 10_000 + "<button>Reboot</button>") == Controls()


_PIECE = st.sampled_from(
    (
        "<a href=",
        "<button>",
        "</a>",
        "</button>",
        "<form action='",
        "<input type=submit value=",
        "Reboot",
        ">",
        "'",
        "<!--",
        "<img alt=",
    )
)


@given(st.lists(st.one_of(_PIECE, st.text(max_size=6))).map("".join))
def test_any_page_ends_in_controls_of_this_module_s_words(page):
    controls = read_controls(page)
    assert set(controls.operable) <= set(controls.offered)
    assert all(label and label.isprintable() for label in controls.labels)
