"""The mistakes behind the wrong options: each has a name, the rule of the checker that catches it, and its reason."""

from __future__ import annotations

from j1553ref.training.model import Mistake

__all__ = ["MISTAKES"]

_UNITS = (
    (
        "500-mg-units",
        "500 mg units",
        "UNT002",
        "{figure} is the dose of {dose} mg counted in units of {usual} mg, as most IV immune globulin codes count; one"
        " unit of J1553 is {unit} mg.",
    ),
    ("grams", "Grams as units", "UNT002", "{figure} counts grams; a gram is {per_gram} units of J1553."),
    (
        "vials",
        "Vials as units",
        "UNT001",
        "{figure} is the number of vials; the descriptor counts {unit} mg, not the package.",
    ),
    (
        "milligrams",
        "Milligrams as units",
        "UNT005",
        "{figure} is the dose in milligrams; the units field holds four digits, and one unit is {unit} mg.",
    ),
    (
        "converted-twice",
        "Converted twice",
        "UNT002",
        "{figure} is five times the units, as if the dose had been counted in units of {usual} mg and then multiplied by"
        " five.",
    ),
    (
        "divided-again",
        "Divided where multiplied",
        "UNT003",
        "{figure} divides the old units by five; a smaller unit makes more units, so they are multiplied.",
    ),
    (
        "old-units-kept",
        "Units of the old code kept",
        "UNT002",
        "{figure} units of J1553 would be {grams}; the old code counted {usual} mg.",
    ),
    ("rounded-down", "Dose rounded down", "UNT003", "{exact} is rounded up for the dose: {right}, not {figure}."),
    (
        "opened-as-given",
        "All that was opened, billed as given",
        "UNT003",
        "{figure} units were opened and {right} given; what was discarded is never billed as dose.",
    ),
    (
        "ordered-as-given",
        "The order instead of the dose given",
        "UNT003",
        "{figure} units were ordered and {right} ran in; the dose line holds what was given.",
    ),
    (
        "days-added-first",
        "Two days rounded once",
        "UNT003",
        "The dose of each date is rounded up for itself, {right} units a day; {figure} comes of adding the days first.",
    ),
)

_DISCARDED = (
    (
        "no-modifier",
        "No modifier",
        "JWZ003",
        "Nothing was discarded, and only JZ says so; without it the claim may come back as unprocessable.",
    ),
    ("no-jw-line", "No JW line", "JWZ002", "{left} units were discarded, and no line says so."),
    (
        "jz-though-left",
        "JZ although drug was left",
        "JWZ002",
        "JZ says that nothing was discarded, and {left} units were.",
    ),
    (
        "jw-on-the-dose",
        "JW on the dose",
        "JWZ005",
        "JW marks what was discarded; with it on the only line, no dose is billed, and a JW line alone is rejected.",
    ),
    ("lone-jw", "JW line alone", "JWZ005", "A JW line without the line of the dose is rejected; the dose comes first."),
    (
        "both-on-one-line",
        "JW and JZ on one line",
        "JWZ004",
        "JW says that drug was discarded and JZ that none was; one line cannot say both.",
    ),
    (
        "jz-beside-jw",
        "JZ beside a JW line",
        "JWZ004",
        "The JW line says that {left} units were discarded; with it, the dose line carries neither JW nor JZ.",
    ),
    (
        "empty-jw-line",
        "A JW line of zero units",
        "UNT008",
        "Zero units bill nothing; that nothing was discarded is what JZ says.",
    ),
    (
        "lines-swapped",
        "Dose and waste on each other's line",
        "UNT003",
        "{right} units were given and {left} discarded; here each is on the other's line.",
    ),
    (
        "waste-rounded-up",
        "Discarded amount rounded up",
        "JWZ001",
        "{dose} + {figure} = {total} units, more than the {opened} that the vials held: the dose goes up, what is left"
        " goes down.",
    ),
    (
        "rounded-the-wrong-way",
        "Dose rounded down, waste up",
        "UNT003",
        "The total fits the vials, but {exact} is rounded up for the dose: {right}, not {figure}.",
    ),
    (
        "all-in-500-mg",
        "Both lines in 500 mg units",
        "UNT002",
        "{figure} is the dose counted in units of {usual} mg; one unit of J1553 is {unit} mg.",
    ),
    (
        "overfill-billed",
        "Overfill billed as waste",
        "JWZ001",
        "{dose} + {figure} = {total} units, more than the {opened} on the labels; overfill never counts as discarded.",
    ),
    (
        "overfill-given",
        "Overfill billed as dose",
        "UNT003",
        "The record holds a dose of {right} units; what a vial holds above its label is not billed.",
    ),
    (
        "two-days-on-one-line",
        "Two days on one line",
        "UNT003",
        "On {day} {right} units were given; each date has its own line, date and units.",
    ),
    ("date-span", "A line that spans dates", "DAT003", "The drug line takes no date span: each date has its own line."),
    (
        "waste-of-two-days",
        "The waste of two days on one",
        "JWZ001",
        "{dose} + {figure} = {total} units on {day}, and that day's vials held {opened}.",
    ),
    (
        "free-drug-charged",
        "A charge for free drug",
        "JWZ008",
        "The drug cost the office nothing; its line takes a charge of {token}, beside the infusion.",
    ),
    (
        "free-drug-jw",
        "Waste of free drug",
        "JWZ008",
        "Where there is no payable drug there is no discarded amount to bill.",
    ),
    (
        "free-drug-missing",
        "The free drug left off",
        "JWZ008",
        "The drug line goes with its infusion, at a charge of {token}; without it nothing says what was infused.",
    ),
    (
        "avoidable-counted",
        "Avoidable waste counted as payable",
        "JWZ007",
        "{figure} were discarded, but a smaller set of vials would have left {right}; the contractor's text limits"
        " payment to that.",
    ),
    (
        "only-avoidable",
        "Only the avoidable part",
        "JWZ001",
        "{figure} is what the larger vials added, the very part that the text leaves out; {dose} + {figure} = {total} is"
        " no total of a set of vials.",
    ),
    (
        "nothing-payable",
        "Nothing payable",
        "JWZ002",
        "Some waste could not be avoided: the smallest set holds {least} units, and {dose} were given.",
    ),
)

_NDC = (
    (
        "ten-digits",
        "Ten digits",
        "NDC001",
        "Without hyphens ten digits can be read in three ways; a claim takes {digits} digits.",
    ),
    ("hyphens", "Hyphens left in", "NDC001", "The NDC of a claim has no hyphens, and {digits} digits."),
    (
        "zero-misplaced",
        "Zero in the wrong place",
        "NDC003",
        "The short segment of 5-3-2 is the middle one, so the zero goes in front of it; these digits name no package of"
        " Yimmugo.",
    ),
    (
        "other-brand",
        "NDC of another brand",
        "NDC003",
        "This is an NDC of {brand}, another product; NDC and code must belong together.",
    ),
    (
        "unit-me",
        "Milligrams as unit of measure",
        "NDC002",
        "ME counts milligrams, and payers refuse it; Yimmugo is a liquid, counted in {unit}.",
    ),
    (
        "unit-un",
        "Vials as unit of measure",
        "NDC002",
        "UN counts pieces, as for powders; Yimmugo is a liquid, counted in {unit}.",
    ),
    ("unit-gr", "Grams as unit of measure", "NDC002", "GR counts grams; Yimmugo is a liquid, counted in {unit}."),
    (
        "ml-as-grams",
        "Grams in the quantity",
        "NDC002",
        "{figure} is the dose in grams; at {per_ml} mg in 1 mL it is {right} mL.",
    ),
    (
        "ml-as-milligrams",
        "Milligrams in the quantity",
        "NDC002",
        "{figure} is the dose in milligrams; at {per_ml} mg in 1 mL it is {right} mL.",
    ),
    ("ml-as-vials", "Vials in the quantity", "NDC002", "{figure} is the number of vials; they held {right} mL."),
    (
        "ml-as-500",
        "500 mg units in the quantity",
        "NDC002",
        "{figure} is the dose in units of {usual} mg; at {per_ml} mg in 1 mL it is {right} mL.",
    ),
    (
        "ml-copied",
        "Units copied into the quantity",
        "NDC005",
        "Units are rounded, milliliters are not: {right} mL were given, not {figure}.",
    ),
    (
        "ml-rounded-down",
        "Milliliters rounded down",
        "NDC002",
        "Milliliters are not rounded at all: {right} mL were given, and {figure} is a unit short of the line.",
    ),
    ("ml-missing", "No quantity", "NDC004", "A unit of measure needs a quantity above zero beside it."),
    (
        "ml-swapped",
        "Quantities on each other's line",
        "NDC002",
        "The quantity belongs to the NDC of its own line: {right}.",
    ),
    (
        "ml-total",
        "The total on each line",
        "NDC006",
        "Each line states the milliliters of its own NDC; together these lines would be more than the vials held.",
    ),
    (
        "qualifier",
        "Unit of measure as qualifier",
        "NDC001",
        "The qualifier in front of an NDC is {right}; {figure} is a unit of measure.",
    ),
)

_ADMINISTRATION = (
    (
        "first-minute",
        "Further hours counted from the first minute",
        "ADM003",
        "The first hour is inside {initial}; {figure} counts it again.",
    ),
    (
        "started-hours",
        "Every started hour counted",
        "ADM003",
        "The last {rest} minutes add nothing: a further hour counts only above {threshold} minutes.",
    ),
    (
        "half-hour-counted",
        "Exactly half an hour counted",
        "ADM003",
        "The last piece is {rest} minutes, and it takes more than {threshold}.",
    ),
    (
        "last-piece-dropped",
        "The last piece left out",
        "ADM003",
        "The last {rest} minutes are more than {threshold} and count as a further hour.",
    ),
    (
        "pause-counted",
        "The pause counted",
        "ADM003",
        "Only the minutes in which the drug runs count: {minutes}, not {elapsed}.",
    ),
    (
        "only-the-first-hour",
        "The further hours left out",
        "ADM003",
        "{minutes} minutes make {initial} and {right} × {further}; here the further hours are missing.",
    ),
    (
        "initial-per-hour",
        "The initial code for each hour",
        "ADM001",
        "{initial} is the first hour and is billed once; each further hour is {further}.",
    ),
    (
        "complex-codes",
        "Codes of highly complex drugs",
        "ADM005",
        "{figure} is for highly complex agents, and the contractor's list does not name immune globulin.",
    ),
    (
        "subcutaneous-codes",
        "Codes of subcutaneous infusion",
        "ADM006",
        "{figure} is subcutaneous, and Yimmugo runs into a vein.",
    ),
    (
        "push-as-initial",
        "A second initial code for the push",
        "ADM001",
        "One service of the encounter is the initial one, the infusion; a push beside it is {right}.",
    ),
    (
        "two-infusions-initial",
        "An initial code for each infusion",
        "ADM001",
        "One service of the encounter is the initial one; an infusion of another drug after or before it is {right}.",
    ),
    (
        "add-on-alone",
        "Add-on codes without an initial one",
        "ADM010",
        "{figure} adds to an initial service, and none is billed on this date.",
    ),
    (
        "hydration-initial",
        "The initial code of hydration",
        "ADM001",
        "Hydration is second to the infusion: beside {initial} it is {right}, where it is billable at all.",
    ),
    (
        "hydration-alongside",
        "Hydration while the drug ran",
        "ADM007",
        "Fluid that runs alongside the drug is not hydration.",
    ),
    (
        "hydration-short",
        "Hydration too short",
        "ADM007",
        "It ran for {minutes} minutes, and {code} takes {least} or more.",
    ),
    (
        "push-as-infusion",
        "A push billed as an infusion",
        "ADM002",
        "{minutes} minutes are a push: {initial} takes more than {limit}.",
    ),
    (
        "push-and-hour",
        "A push billed as an infusion with a further hour",
        "ADM002",
        "{minutes} minutes are a push: {initial} takes more than {limit}, and {further} a further hour.",
    ),
    (
        "no-administration",
        "No administration code",
        "ADM009",
        "Drug and administration belong on one claim, and here the administration is missing.",
    ),
)

_MODIFIERS = (
    ("25-on-the-drug", "25 on the drug line", "MOD001", "25 marks a separate visit and goes on the visit line only."),
    (
        "25-on-the-infusion",
        "25 on the infusion",
        "MOD001",
        "25 marks a separate visit and goes on the visit line only.",
    ),
    ("25-everywhere", "25 on each line", "MOD001", "25 marks a separate visit and goes on the visit line only."),
    (
        "no-25",
        "The visit without 25",
        "ADM008",
        "A visit on the day of an infusion is billed only if separate, with 25 on its line.",
    ),
    ("jz-on-the-infusion", "JZ on the infusion", "MOD010", "JZ describes the drug and goes on the drug line only."),
    ("jz-on-the-visit", "JZ on the visit", "MOD010", "JZ describes the drug and goes on the drug line only."),
    ("jz-everywhere", "JZ on each line", "MOD010", "JZ describes the drug and goes on the drug line only."),
    (
        "neither",
        "Neither JW nor JZ",
        "JWZ009",
        "The drug carries one of the two, whatever the dose was: JZ here, for nothing was discarded.",
    ),
    ("jb", "JB on an intravenous drug", "MOD005", "JB says subcutaneous, and Yimmugo runs into a vein."),
    (
        "59-on-the-drug",
        "59 on the drug line",
        "MOD002",
        "59 marks a service that is separate; a drug on a single line has nothing to be parted from.",
    ),
    (
        "59-on-the-drug-only",
        "59 on the drug instead of the second infusion",
        "ADM001",
        "59 belongs on the second initial code, which it marks as a separate encounter.",
    ),
    (
        "no-59",
        "The second initial code unmarked",
        "ADM001",
        "Two initial codes are billed on one date; without 59 the second one is taken for the same encounter.",
    ),
    (
        "second-line-unmarked",
        "The second line unmarked",
        "UNT006",
        "Two plain lines of one drug on one date may be denied as duplicates; the contractor takes 59, 76 or XS on the"
        " second.",
    ),
    (
        "25-to-part-lines",
        "25 to part two drug lines",
        "MOD001",
        "25 marks a visit; the contractor takes 59, 76 or XS here.",
    ),
    (
        "jw-on-the-second",
        "JW on the second line",
        "JWZ004",
        "All of it was given; JW says that drug was discarded, JZ that none was.",
    ),
    (
        "25-for-59",
        "25 instead of 59",
        "MOD001",
        "25 marks a visit; a second initial code is marked by 59 or an X modifier.",
    ),
    ("no-tb", "340B stock unmarked", "MOD007", "The drug is 340B stock, and TB on its line says so."),
    (
        "tb-on-the-infusion",
        "TB on the infusion instead of the drug",
        "MOD007",
        "TB describes the stock and goes on the drug line.",
    ),
    ("jg", "JG instead of TB", "MOD008", "JG gave way to TB; for this date of service 340B stock is marked by TB."),
    (
        "off-campus-unmarked",
        "The off-campus department unmarked",
        "MOD009",
        "An off-campus department marks each line: {right} here.",
    ),
    (
        "off-campus-drug-only",
        "The department marked on the drug alone",
        "MOD009",
        "{right} marks the department and goes on each line, the administration too.",
    ),
    (
        "off-campus-infusion-only",
        "The department marked on the administration alone",
        "MOD009",
        "{right} marks the department and goes on each line, the drug too.",
    ),
    ("po-and-pn", "PO and PN together", "MOD009", "A department is excepted (PO) or it is not (PN), never both."),
    (
        "gz",
        "GZ although an ABN was signed",
        "MOD003",
        "GZ says that there is no ABN; the line is denied at once. With a signed ABN it is GA.",
    ),
    ("gz-and-ga", "GZ and GA together", "MOD004", "GA says that there is a signed ABN, GZ that there is none."),
    ("gz-and-gy", "GZ and GY together", "MOD004", "A line cannot be excluded by law and only expected to be denied."),
)

_DATES = (
    (
        "before-its-date",
        "J1553 before its first date",
        "DAT001",
        "J1553 is valid for dates of service from {first}; {day} is before it.",
    ),
    (
        "approval-date",
        "From the FDA's approval",
        "DAT001",
        "{day} is when the FDA approved the product; the code came later, on {first}.",
    ),
    ("launch-date", "From the launch", "DAT001", "{day} is when US marketing began; the code came later, on {first}."),
    ("new-year", "From the new year", "DAT001", "J1553 is not in the January release; it is valid from {first}."),
    ("day-before", "The day before", "DAT001", "{day} is the last day before the code; it is valid from {first}."),
    (
        "billing-date",
        "The code of the day of billing",
        "DAT001",
        "The date of service decides, {day}, not the day on which the claim is prepared.",
    ),
    (
        "unlisted",
        "An unlisted or unspecified code although J1553 exists",
        "DAT002",
        "From {first} Yimmugo has a code of its own; {code} no longer fits.",
    ),
    (
        "approved-code",
        "The code of the old approval",
        "DAT002",
        "An approval does not decide the code: for this date of service Yimmugo is J1553. Have the payer match the approval to it.",  # noqa: E501
    ),
    (
        "codes-swapped",
        "The codes on each other's date",
        "DAT001",
        "J1553 is valid from {first}: it is the later date that takes it.",
    ),
    (
        "neighbor",
        "The neighbor's code",
        "NDC003",
        "{code} is {brand}'s code; the NDC is Yimmugo's, and the two must belong together.",
    ),
)

_HOME = (
    (
        "ab-contractor",
        "Sent to the A/B MAC",
        "HOM001",
        "The home benefit is the DME MAC's: drug and {bundle} go there.",
    ),
    (
        "pump-code",
        "A pump drug's service code",
        "HOM003",
        "{code} belongs to drugs given by an external pump, not to immune globulin.",
    ),
    (
        "second-bundle-line",
        "Two bundle lines for one date",
        "HOM002",
        "One {bundle} line is paid for each infusion date.",
    ),
    (
        "visit-in-quarters",
        "A bundle line for each hour",
        "HOM002",
        "The length of the visit makes no further lines: one {bundle} line for each infusion date.",
    ),
    (
        "too-late",
        "Too long after the product",
        "HOM002",
        "{day} is {days} days after the product's date; {window} is the most.",
    ),
    ("too-early", "Before the product", "HOM002", "{day} lies before the product's date."),
    (
        "not-a-home",
        "A place that is no home",
        "HOM002",
        "Place of service {place} is not one of those of the home benefit.",
    ),
    ("places-differ", "Two places of service", "HOM002", "Drug and {bundle} carry the same place of service."),
    (
        "near-miss",
        "A diagnosis next to the list",
        "DXC001",
        "{code} is not on the list of the home benefit, near as it looks.",
    ),
    (
        "pointer-off-list",
        "The line points to a code off the list",
        "DXC001",
        "The line has to point to a listed diagnosis; {code} is not, and the listed one beside it does not help.",
    ),
    (
        "pointer-to-nothing",
        "A pointer to nothing",
        "DXC003",
        "The claim has {count} diagnoses; there is no {figure} to point to.",
    ),
)

_SITES = (
    (
        "physician-bills",
        "The physician bills the hospital's patient",
        "SOS001",
        "At place of service {place} the facility bills the drug, not the physician.",
    ),
    (
        "inpatient-bill",
        "An inpatient bill type",
        "SOS001",
        "On bill type {bill} the drug is as a rule inside another payment; this was an outpatient.",
    ),
    (
        "other-revenue-code",
        "Another revenue code",
        "SOS002",
        "A drug with a HCPCS code goes under {right}; {figure} is {meaning}.",
    ),
    (
        "hospital-no-modifier",
        "No modifier because it is a hospital",
        "JWZ003",
        "The drug is paid separately there (OPPS status {status}), so JZ is due as in an office.",
    ),
    (
        "office-at-home",
        "The home benefit billed by the office",
        "HOM001",
        "At place of service {place} the home benefit may apply, which the DME MAC pays; this was the office.",
    ),
)

_DENIALS = (
    ("denied-modifier", "A modifier that does not fit", "MOD007", "{cause}: that comes back as {codes}."),
    ("denied-date", "A date before the code", "DAT001", "{cause}: that comes back as {codes}."),
    ("denied-diagnosis", "A diagnosis off the list", "DXC001", "{cause}: that comes back as {codes}."),
    ("denied-contractor", "The wrong contractor", "HOM001", "{cause}: that comes back as {codes}."),
    ("denied-place", "A place that does not fit", "SOS001", "{cause}: that comes back as {codes}."),
)

#: Every mistake by its id.
MISTAKES: dict[str, Mistake] = {
    each[0]: Mistake(*each)
    for group in (_UNITS, _DISCARDED, _NDC, _ADMINISTRATION, _MODIFIERS, _DATES, _HOME, _SITES, _DENIALS)
    for each in group
}
