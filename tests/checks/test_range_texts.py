"""What the texts of real advisories mean: CISA's CSAF documents (github.com/cisagov/CSAF), the field "version" of the products that they name."""

import pytest

from checks.range_text import LONGEST
from checks.ranges import affects, understood

VERDICTS = {"yes": True, "no": False, "?": None}
# The advisory, the vendor, the text, and the verdicts of versions near its bounds.
TEXTS = """
ICSA-17-031-01A binom3 :: vers:all/* :: 1.0 yes
ICSA-20-042-04 siemens :: vers:all/<V4.5 :: V4.4 yes; V4.5 no; V4.6 no
ICSA-21-222-05 siemens :: vers:all/<V27.01.07 :: V27.01.06 yes; V27.01.07 no; V27.01.08 no
ICSA-23-194-02 siemens :: vers:all/<V2.90.3.8 :: V2.90.3.7 yes; V2.90.3.8 no; V2.90.3.9 no
ICSA-18-067-01 siemens :: < V4.77 :: V4.76 yes; V4.77 no; V4.78 no
ICSA-20-338-01 nationalinstrumentsni :: < 20.5 :: 20.4 yes; 20.5 no; 20.6 no
ICSA-19-003-03 hetronic :: < r161 :: r160 yes; r161 no; r162 no
ICSA-21-119-01 texasinstruments :: <= 1.3.0 :: 1.3.0 yes; 1.3.1 no
ICSA-22-249-01 trianglemicroworks :: <= 11.2.0 :: 11.2.0 yes; 11.2.1 no
ICSA-22-088-01 rockwellautomation :: <= 6.6.9 :: 6.6.8 yes; 6.6.9 yes; 6.6.10 no
ICSA-23-285-11 siemens :: <V5.4.0 :: V5.4.0 no; V5.4.1 no
ICSA-22-300-03 rockwellautomation :: <16.12.01 :: 16.12.00 yes; 16.12.01 no; 16.12.02 no
ICSA-23-313-01 johnsoncontrols :: <11.22 :: 11.21 yes; 11.22 no; 11.23 no
ICSA-18-331-01 avevasoftware :: 2015 :: 2014 no; 2015 yes; 2016 no
ICSA-24-226-06 rockwellautomation :: 13.0 :: 13.0 yes; 13.1 no
ICSA-23-089-01 hitachienergy :: 1.1.2 :: 1.1.1 no; 1.1.2 yes; 1.1.3 no
ICSA-18-065-03 eaton :: <=2.04.02 :: 2.04.01 yes; 2.04.02 yes; 2.04.03 no
ICSA-18-317-05 siemens :: All Versions < V4.3 :: V4.2 yes; V4.3 no; V4.4 no
ICSA-22-326-05 moxa :: >= 1.0 | <= 1.5 :: 1.0 yes; 1.1 yes; 1.4 yes; 1.5 yes; 1.6 no
ICSA-22-314-01 siemens :: >= V34.0.252 < V34.0.254 :: V34.0.251 no; V34.0.252 yes; V34.0.253 yes; V34.0.254 no; V34.0.255 no
ICSA-19-304-03 honeywell :: <2.420.HW00.9.20180510 :: 2.420.HW00.9.20180509 yes; 2.420.HW00.9.20180510 no; 2.420.HW00.9.20180511 no
ICSA-24-172-01 yokogawa :: >=R6.01.00|<=R6.11.10 :: R6.01.00 yes; R6.01.01 yes; R6.11.09 yes; R6.11.10 yes; R6.11.11 no
ICSA-17-243-01 siemens :: All Versions :: 1.0 yes
ICSA-19-304-04 honeywell :: <1.000.00HW001.1.190822 :: 1.000.00HW001.1.190821 yes; 1.000.00HW001.1.190822 no; 1.000.00HW001.1.190823 no
ICSA-20-163-02 rockwellautomation :: >= 31 :: 30 no; 31 yes; 32 yes
ICSA-18-226-02 siemens :: < V15 Update 2 :: V15 Update 1 yes; V15 Update 2 no; V15 Update 3 no
ICSA-17-129-02 siemens :: < V14 SP1 :: V14 SP0 yes; V14 SP1 no; V14 SP2 no
ICSA-22-349-09 siemens :: vers:all/>=V1.80<V2.20 :: V1.79 no; V1.80 yes; V1.81 yes; V2.19 yes; V2.20 no
ICSA-19-339-02 weidmueller :: <= 3.3.16 Build 16102416 :: 3.3.16 Build 16102415 yes; 3.3.16 Build 16102416 yes; 3.3.16 Build 16102417 no
ICSA-19-183-02 quest :: 8.1.x :: 8.1.2 yes; 8.1.3 yes; 8.1.4 yes
ICSA-21-315-02 realtimeinnovationsrti :: >=3.0.0 :: 3.0.0 yes; 3.0.1 yes
ICSA-17-157-01 rockwellautomation :: 6.00-20140306 :: 6.00-20140305 no; 6.00-20140306 yes; 6.00-20140307 no
ICSMA-17-229-01 philips :: 1.1.7.333 | 2.1.1.3069 :: 1.1.7.332 no; 1.1.7.333 yes; 1.1.7.334 no; 2.1.1.3068 no; 2.1.1.3069 yes
ICSA-19-283-02 siemens :: All versions < V4.8 SP6 :: V4.8 SP5 yes; V4.8 SP6 no; V4.8 SP7 no
ICSA-23-166-04 siemens :: vers:all/>=V5.4 :: V5.3 no; V5.4 yes; V5.5 yes
ICSA-24-137-13 siemens :: <V19_Update_2 :: V19 Update 1 yes; V19 Update 2 no; V19 Update 3 no
ICSA-21-131-03 siemens :: >= V5.0 and < V6.4 :: V5.0 yes; V5.1 yes; V6.3 yes; V6.4 no; V6.5 no
ICSA-19-106-02 wago :: < FW07 :: FW06 yes; FW07 no; FW08 no
ICSA-17-339-01 siemens :: < V4.8 HF5 :: V4.8 HF4 yes; V4.8 HF5 no; V4.8 HF6 no
ICSA-17-129-02 siemens :: < V3.X.14 :: V3.3.13 yes; V3.3.14 no; V3.3.15 no
ICSA-22-356-03 mitsubishielectric :: <=firmware_08 :: 07 yes; 08 yes; 09 no
ICSA-22-041-02 siemens :: < V7.5 SP2 Update 6 :: V7.5 SP2 Update 5 yes; V7.5 SP2 Update 6 no; V7.5 SP2 Update 7 no
ICSA-21-257-23 siemens :: > V2.5 < V2.9.2 :: V2.4 no; V2.5 no; V2.6 yes; V2.9.1 yes; V2.9.2 no
ICSA-18-317-01 siemens :: All versions < V9.02 HF3 :: V9.02 HF2 yes; V9.02 HF3 no; V9.02 HF4 no
ICSA-24-102-09 rockwellautomation :: >=v2.011|<v2.012 :: v2.010 no; v2.011 yes; v2.012 no; v2.013 no
ICSA-23-047-07 siemens :: All versions < V15.1 Update 8 :: V15.1 Update 7 yes; V15.1 Update 8 no; V15.1 Update 9 no
ICSA-17-129-01 siemens :: All versions < V4.7 SP4 HF2 :: V4.7 SP4 HF1 yes; V4.7 SP4 HF2 no; V4.7 SP4 HF3 no
ICSA-20-154-04 abb :: 6.0 | 6.1 | 7.0 :: 6.0 yes; 6.1 yes; 7.0 yes
ICSA-18-044-01 wago :: < 02.07.07(10) :: 02.07.07(09) yes; 02.07.07(10) no; 02.07.07(11) no
ICSA-21-103-15 siemens :: 2019 R3 :: 2019 R2 no; 2019 R3 yes; 2019 R4 no
ICSA-22-132-04 cambiumnetworks :: < 3.0.0-r34 :: 3.0.0-r33 yes; 3.0.0-r34 no; 3.0.0-r35 no
ICSA-20-212-04 mitsubishielectric :: <= 1.82L :: 1.81L yes; 1.82L yes; 1.83L no
ICSA-18-018-01A siemens :: All versions <= V8.x :: V8.2 yes; V8.3 yes; V8.4 yes
ICSA-23-115-01 keysight :: <April/7/2023 :: 2023-04-06 yes; 2023-04-07 no; 2023-04-08 no
ICSA-17-129-02 siemens :: < V1.4 SP1 HF5 :: V1.4 SP1 HF4 yes; V1.4 SP1 HF5 no; V1.4 SP1 HF6 no
ICSA-21-294-01 iconicsmitsubishielectric :: <= 4.04E :: 4.03E yes; 4.04E yes; 4.05E no
ICSA-18-226-01 siemens :: All versions < V14 SP1 Update 6 :: V14 SP1 Update 5 yes; V14 SP1 Update 6 no; V14 SP1 Update 7 no
ICSA-22-090-01 schneiderelectricsoftware :: <= 6.6.8a :: 6.6.7a yes; 6.6.8a yes; 6.6.9a no
ICSA-19-304-04 honeywell :: <2.460.HW00.5.R.20190827 :: 2.460.HW00.5.R.20190826 yes; 2.460.HW00.5.R.20190827 no; 2.460.HW00.5.R.20190828 no
ICSA-18-226-02 siemens :: < V3.14 P021 :: V3.14 P020 yes; V3.14 P021 no; V3.14 P022 no
ICSA-21-049-02 mitsubishielectric :: <= 3.245F :: 3.244F yes; 3.245F yes; 3.246F no
ICSA-24-165-03 siemens :: <V3_SP2 :: V3 SP1 yes; V3 SP2 no; V3 SP3 no
ICSA-24-051-03 mitsubishielectric :: <=B13__without_Special_Modification_Patch_BRD-C62W003-A0_installed :: B12 ?; B13 ?; B14 no
ICSA-22-104-05 siemens :: < V17.0 Upd 2 :: V17.0 Upd 1 yes; V17.0 Upd 2 no; V17.0 Upd 3 no
ICSA-20-219-03 geutebrueck :: <= 1.12.0.25 | 1.12.13.2 | 1.12.14.5 :: 1.12.0.25 yes; 1.12.13.2 ?; 1.12.14.5 ?
ICSA-23-248-01 fujitsu :: >= V01L001 | < V01L013 :: V01L000 no; V01L001 yes; V01L002 yes; V01L012 yes; V01L013 no
ICSA-23-285-14 hikvision :: <=3.5.0_build220706 :: 3.5.0 build220705 yes; 3.5.0 build220706 yes; 3.5.0 build220707 no
ICSA-23-166-04 siemens :: vers:all/>=V5.4<V5.5 SP1 :: V5.3 no; V5.4 yes; V5.5 yes; V5.5 SP0 yes; V5.5 SP1 no
ICSA-17-094-03 rockwellautomation :: <= 15.2(5)EA.fc4 :: 15.2(5)EA.fc3 yes; 15.2(5)EA.fc4 yes; 15.2(5)EA.fc5 no
ICSA-18-107-04 rockwellautomation :: <= 15.2(6)E0a :: 15.2(6)E0a yes; 15.2(6)E1a no
ICSA-19-134-08 siemens :: All versions < V14.1 Upd 8 :: V14.1 Upd 7 yes; V14.1 Upd 8 no; V14.1 Upd 9 no
ICSA-20-042-11 siemens :: All versions >= V2.5 and < V2.8 :: V2.4 no; V2.5 yes; V2.6 yes; V2.7 yes; V2.8 no
ICSA-22-209-01 rockwellautomation :: 11 | 12 | 13 | 20 :: 11 yes; 12 yes; 13 yes; 20 yes
ICSA-19-162-01 siemens :: All versions < V12.2a :: V12.1a yes; V12.2a no; V12.3a no
ICSA-22-347-01 iconicsmitsubishielectric :: >= v10.96 | < v10.97.2 :: v10.95 no; v10.96 yes; v10.97 yes; v10.97.1 yes; v10.97.2 no
ICSA-24-095-02 sel :: >=R400-V0|<R400-V2 :: R400-V0 yes; R400-V1 yes; R400-V2 no; R400-V3 no
ICSA-24-256-18 rockwellautomation :: v.33.011 :: v.33.010 no; v.33.011 yes; v.33.012 no
ICSA-20-042-06 siemens :: All versions < V9.0 Upd3 :: V9.0 Upd2 yes; V9.0 Upd3 no; V9.0 Upd4 no
ICSA-20-212-04 mitsubishielectric :: <= 1.12N :: 1.11N yes; 1.12N yes; 1.13N no
ICSA-21-012-04 siemens :: All Versions < SE2021MP2 :: SE2021MP1 yes; SE2021MP2 no; SE2021MP3 no
ICSA-23-222-01 siemens :: vers:all/<V222.0 Update 13 :: V222.0 Update 12 yes; V222.0 Update 13 no; V222.0 Update 14 no
ICSA-21-336-08 hitachienergy :: 12.6.* :: 12.6.2 yes; 12.6.3 yes; 12.6.4 yes
ICSA-22-083-01 yokogawa :: >=R3.08.10 | <= R3.09.00 :: R3.08.09 no; R3.08.10 yes; R3.08.11 yes; R3.09.00 yes; R3.09.01 no
ICSA-17-187-03F siemens :: All versions < V 4.02 :: V 4.01 yes; V 4.02 no; V 4.03 no
ICSA-23-131-03 siemens :: vers:all/<V21.1 HotfixRev12 :: V21.1 HotfixRev11 yes; V21.1 HotfixRev12 no; V21.1 HotfixRev13 no
ICSA-17-341-03 phoenixcontact :: < 1.99 | 2.20 | 2.40 :: 1.99 ?; 2.20 ?; 2.40 ?
ICSA-20-182-02 mitsubishielectric :: <= 1.003D :: 1.002D yes; 1.003D yes; 1.004D no
ICSA-23-325-01 wago :: >FW18_up_to_and_including_FW26 :: FW17 no; FW18 no; FW19 yes; FW25 yes; FW26 yes
ICSA-23-299-01 dingtian :: 3.1.276A :: 3.1.275A no; 3.1.276A yes; 3.1.277A no
ICSA-21-049-02 mitsubishielectric :: <= 5.001B :: 5.000B yes; 5.001B yes; 5.002B no
ICSA-20-212-03 mitsubishielectric :: <= 2.70Y :: 2.69Y yes; 2.70Y yes; 2.71Y no
ICSA-20-182-02 mitsubishielectric :: <= 1.02C :: 1.01C yes; 1.02C yes; 1.03C no
ICSA-21-082-03 generalelectricge :: < 02A04.1 :: 02A04.0 yes; 02A04.1 no; 02A04.2 no
ICSA-22-104-06 siemens :: All versions with Ethernet interface :: 1.0 ?
ICSA-21-159-13 siemens :: > V1.1 and < V1.3.2 :: V1.0 no; V1.1 no; V1.2 yes; V1.3.1 yes; V1.3.2 no
ICSA-20-212-02 mitsubishielectric :: <= 1.592S :: 1.591S yes; 1.592S yes; 1.593S no
ICSA-24-116-04 honeywell :: <R520.2_TCU4_HF2 :: R520.2 TCU4 HF1 yes; R520.2 TCU4 HF2 no; R520.2 TCU4 HF3 no
ICSA-24-144-01 automationdirect :: FW_1.2.10.10 :: 1.2.10.09 no; 1.2.10.10 yes; 1.2.10.11 no
ICSA-24-263-03 idec :: <=Ver.9.1.0 :: Ver.9.1.0 yes; Ver.9.1.1 no
ICSA-21-049-02 mitsubishielectric :: <= 1.112R :: 1.111R yes; 1.112R yes; 1.113R no
ICSA-20-161-04 siemens :: < V16 Upd3 :: V16 Upd2 yes; V16 Upd3 no; V16 Upd4 no
ICSA-20-203-01 wibusystems :: < 7.10a :: 7.09a yes; 7.10a no; 7.11a no
ICSA-21-257-23 siemens :: Version V4.4 :: V4.3 no; V4.4 yes; V4.5 no
ICSA-22-041-07 siemens :: < SE2022MP1 :: SE2022MP0 yes; SE2022MP1 no; SE2022MP2 no
ICSA-22-221-03 emerson :: <= 5.9 SP3 :: 5.9 SP2 yes; 5.9 SP3 yes; 5.9 SP4 no
ICSA-23-096-01 industrialcontrollinks :: 1.03.07 (build 317) :: 1.03.07 (build 316) no; 1.03.07 (build 317) yes; 1.03.07 (build 318) no
ICSA-24-051-03 mitsubishielectric :: <=A12__without_Special_Modification_Patch_BRD-C62W003-A0_installed :: A11 ?; A12 ?; A13 no
ICSA-23-318-01 aveva :: <=2020_R2_SP1_P01 :: 2020 R2 SP1 P00 yes; 2020 R2 SP1 P01 yes; 2020 R2 SP1 P02 no
ICSA-24-284-18 rockwellautomation :: >v33.011|<v33.015 :: v33.010 no; v33.011 no; v33.012 yes; v33.014 yes; v33.015 no
ICSA-21-308-02 azeotech :: < 18.1 Build 2347 :: 18.1 Build 2346 yes; 18.1 Build 2347 no; 18.1 Build 2348 no
ICSA-20-212-04 mitsubishielectric :: <= 1.167Z :: 1.166Z yes; 1.167Z yes; 1.168Z no
ICSA-20-210-01 secomea :: < 9.2c :: 9.1c yes; 9.2c no; 9.3c no
ICSA-19-344-06 siemens :: >= 4.4.0 (only affected by CVE-2019-10943) :: 4.4.0 ?; 4.4.1 ?
ICSA-18-088-03 siemens :: < V8.0 SP1 Upd21 :: V8.0 SP1 Upd20 yes; V8.0 SP1 Upd21 no; V8.0 SP1 Upd22 no
ICSA-24-102-02 siemens :: <V7.5_SP2_Update_16 :: V7.5 SP2 Update 15 yes; V7.5 SP2 Update 16 no; V7.5 SP2 Update 17 no
ICSA-24-193-08 siemens :: >=V10.0.0<V10.0.2 :: V10.0.0 yes; V10.0.1 yes; V10.0.2 no; V10.0.3 no
ICSA-24-256-05 siemens :: <V10.14.0_only_if_the_basic_authentication_mechanism_is_used_by_the_application :: V10.14.0 no; V10.14.1 no
ICSA-24-284-08 siemens :: vers:all/>=V11.5.1|<V11.6.2 :: V11.5.0 no; V11.5.1 yes; V11.5.2 yes; V11.6.1 yes; V11.6.2 no
ICSA-19-094-02 rockwellautomation :: < 15.2(6)E2a :: 15.2(6)E1a yes; 15.2(6)E2a no; 15.2(6)E3a no
ICSA-17-026-01 eaton :: < January 31 2014 :: 2014-01-30 yes; 2014-01-31 no
ICSA-22-195-14 siemens :: < CPC80 V16.30 :: CPC80 V16.29 yes; CPC80 V16.30 no; CPC80 V16.31 no
ICSA-18-198-02 wago :: FW 01 :: 00 no; 01 yes; 02 no
ICSA-20-177-01 enttec :: <= 70044_update_05032019-482 :: 70044 update 05032019-481 yes; 70044 update 05032019-482 yes; 70044 update 05032019-483 no
ICSMA-19-164-01 bectondickinsonandbd :: 2.3.6 and  below :: 2.3.5 yes; 2.3.6 yes; 2.3.7 no
ICSA-23-208-03 mitsubishielectric :: <=A8 :: A7 yes; A8 yes; A9 no
ICSA-23-299-03 ashlarvellum :: <=12_SP0_1204.77 :: 12 SP0_1204.76 yes; 12 SP0_1204.77 yes; 12 SP0_1204.78 no
ICSA-20-105-08 siemens :: All versions  >= V5.1.1 :: V5.1.0 no; V5.1.1 yes; V5.1.2 yes
ICSA-21-110-02 rockwellautomation :: <= 15.2(7)E3 :: 15.2(7)E2 yes; 15.2(7)E3 yes; 15.2(7)E4 no
ICSA-23-103-07 siemens :: vers:all/<CPCI85 V05 :: CPCI85 V04 yes; CPCI85 V05 no; CPCI85 V06 no
ICSA-23-115-01 keysight :: <March/15/2023 :: 2023-03-14 yes; 2023-03-15 no; 2023-03-16 no
ICSA-22-132-05 siemens :: < V0209_0105 :: V0209_0104 yes; V0209_0105 no; V0209_0106 no
ICSA-23-131-15 rockwellautomation :: 13.0  | < 13.0.1 :: 13.0 yes; 13.1 no; 13.0.0 yes; 13.0.1 ?; 13.0.2 ?
ICSA-18-137-03 siemens :: All firmware versions < V5.2 :: V5.1 yes; V5.2 no; V5.3 no
ICSA-19-323-01 flexera :: <= 2018 R3 :: 2018 R2 yes; 2018 R3 yes; 2018 R4 no
ICSA-24-011-08 siemens :: All versions < CPCI85 V05.20 :: CPCI85 V05.19 yes; CPCI85 V05.20 no; CPCI85 V05.21 no
ICSA-17-271-01B siemens :: All versions between V6.1 (including) and V6.1.1 (excluding) :: V6.0 no; V6.1 yes; V6.2 no; V6.1.0 yes; V6.1.1 no
ICSA-21-231-01 avevasoftware :: < 2014 R2 :: 2014 R1 yes; 2014 R2 no; 2014 R3 no
ICSA-17-033-01 honeywell :: <= 1-02-08 :: 1-02-07 yes; 1-02-08 yes; 1-02-09 no
ICSA-19-134-08 siemens :: All versions < V7.4 SP1 Upd 11 :: V7.4 SP1 Upd 10 yes; V7.4 SP1 Upd 11 no; V7.4 SP1 Upd 12 no
ICSA-23-026-06 rockwellautomation :: 31  - 32 :: 30 no; 31 yes; 32 yes; 33 no
ICSA-22-102-03 inductiveautomation :: > 8.0.4 :: 8.0.3 no; 8.0.4 no; 8.0.5 yes
ICSA-22-090-06 generalelectricge :: <  rev. 1.2.6 :: rev. 1.2.5 yes; rev. 1.2.6 no; rev. 1.2.7 no
ICSA-20-142-02 schneiderelectricsoftware :: 3.1 SP1 :: 3.1 SP0 no; 3.1 SP1 yes; 3.1 SP2 no
ICSA-20-093-01 brindustrialautomation :: < 4.5.4SP :: 4.5.3SP yes; 4.5.4SP no; 4.5.5SP no
ICSA-19-106-03 abb :: <= 01.02.29(09) :: 01.02.29(08) yes; 01.02.29(09) yes; 01.02.29(10) no
ICSA-19-192-03 siemens :: All versions < V1.0 SP1 Upd1 :: V1.0 SP1 Upd0 yes; V1.0 SP1 Upd1 no; V1.0 SP1 Upd2 no
ICSMA-19-164-01 bectondickinsonandbd :: 1.3.1 Build 13 :: 1.3.1 Build 12 no; 1.3.1 Build 13 yes; 1.3.1 Build 14 no
ICSA-19-344-03 siemens :: >= V2016.05RS09 :: V2016.05RS08 no; V2016.05RS09 yes; V2016.05RS10 yes
ICSA-19-239-01 deltacontrols :: <= 3.40 R5 build 571848 :: 3.40 R5 build 571847 yes; 3.40 R5 build 571848 yes; 3.40 R5 build 571849 no
ICSA-20-212-02 mitsubishielectric :: <=1.03D :: 1.02D yes; 1.03D yes; 1.04D no
ICSA-24-025-02 systemk :: 2.3.5SK.30084998 :: 2.3.5SK.30084997 ?; 2.3.5SK.30084998 yes; 2.3.5SK.30084999 ?
ICSA-24-226-01 aveva :: <=2023_R2_P01 :: 2023 R2 P00 yes; 2023 R2 P01 yes; 2023 R2 P02 no
ICSA-24-116-04 honeywell :: <R520.1_TCU5 :: R520.1 TCU4 yes; R520.1 TCU5 no; R520.1 TCU6 no
ICSA-22-104-06 siemens :: vers:all/<V5.2 SP 3 HF 13 :: V5.2 SP 3 HF 12 yes; V5.2 SP 3 HF 13 no; V5.2 SP 3 HF 14 no
ICSA-22-167-12 siemens :: All versions using Shared HIS :: 1.0 ?
ICSA-19-059-01 psi :: <= 4.2.21 | <= 5.0.27 | <= 5.1.19 | <= 6.0.16 :: 4.2.21 yes; 5.0.27 ?; 5.1.19 ?; 6.0.16 ?
ICSMA-21-187-01 philips :: <= 12.2.x.x :: 12.2.3.2 yes; 12.2.3.3 yes; 12.2.3.4 yes
ICSA-22-242-11 sensormaticelectronicsjohnsoncontrols :: < 6.8.9 CU01 :: 6.8.9 CU00 yes; 6.8.9 CU01 no; 6.8.9 CU02 no
ICSA-21-257-17 siemens :: < v5.0 QU1 :: v5.0 QU0 yes; v5.0 QU1 no; v5.0 QU2 no
ICSA-21-222-05 siemens :: All versions < V0209_0105 :: V0209_0104 yes; V0209_0105 no; V0209_0106 no
ICSA-21-049-02 mitsubishielectric :: <= 3.44W :: 3.43W yes; 3.44W yes; 3.45W no
ICSA-20-212-04 mitsubishielectric :: <= 1.06G :: 1.05G yes; 1.06G yes; 1.07G no
ICSA-20-175-02 honeywell :: R101 | R110 | R140 | R150 | R151 :: R101 yes; R110 yes; R140 yes; R150 yes
ICSA-24-156-01 uniview :: <NVR-B3801.20.17.240507 :: NVR-B3801.20.16.231201 yes; NVR-B3801.20.17.240507 no; NVR-B3802.20.16 ?; DIPC-B1219.5.9 ?
ICSA-17-136-03 hanwhatechwin :: < SRN4000_v2.16_170401 :: SRN4000 v2.16_160801 yes; SRN4000_v2.16_170401 no; 2.10 ?
ICSA-23-201-01 schneiderelectric :: < SV4.10 :: V4.01 yes; SV4.10 no; V4.20 no
ICSA-17-124-01 hikvision :: >= 5.2.0 build 140721 | <= 5.4.0  Build 160421 :: V5.4.0 build 160401 yes; V5.4.0 build 160530 no; V5.4.0 ?; V5.1.6 no
ICSA-20-042-05 siemens :: < V3.X.17 :: V3.2.14 yes; V3.3.17 no; V4.0.0 no; V2.6.11 yes; V3.2 ?"""
ROWS = [line.split(" :: ") for line in TEXTS.strip().splitlines()]
REFUSED = {
    "ICSA-23-257-04": "All BIOS versions < V1.0.212N",  # the BIOS has versions of its own
    "ICSA-20-245-01": "<=the_first_5_digits_of_serial_number_22081",
    "ICSMA-18-107-01": "distributed  < april 1, 2018",
    "ICSA-19-344-03": "All versions with U-Boot < V2016.05RS09",
    "ICSA-20-343-08": "No version",
    "ICSA-24-226-09": "<v36.011_v35.013_v34.014",
    "ICSA-21-054-04": "< 12.4 (firmware 1.46)",
    "ICSA-23-208-03": "<=FB",
    "ICSA-19-318-02": "All versions <= V2.3.0 and Function State (FS) <= 3",
    "ICSA-20-021-01": "< NVR 5.6 Build 595 T2-Patch",
    "ICSA-21-075-02": "< 8.1x",
    "ICSA-22-354-02": "20-33",
    "ICSA-23-012-05": "<= 3.3-006 (with <= bacnetstac 4.2.1)",
    "ICSA-17-124-02": "DH-IPC-HFW4XXX,",
    "ICSA-18-184-01": "1783-SAD4T0SBK9",
    "ICSA-21-313-01": "NMC2 <= 6.9.6",
    "ICSA-22-181-04": "4.1.1.7662 (and possibly prior versions)",
    "ICSA-17-061-03": "4.5 | SP6 (including) and V4.5 SP6 Hotfix 8 (excluding)",
    "ICSA-23-131-01": "vers:all/<VX.223.0 Update 3",
    "ICSA-21-257-18": "All versions with OIS running on Debian 9 or earlier",
    "ICSA-17-122-01": "<= SP1",
    "ICSA-19-260-03": "HEN04113",  # a model
    "ICSA-23-299-07": "FPGA_10.19_CPU_2.0.0",
    "ICSA-23-290-01": "<Hotfix-145271",
    "ICSMA-22-335-01": "2nd Edition",
    "ICSA-21-021-05": ">= 4.5.0 | =< 3.5.20304.x",  # above the one and below the other is nothing
    "ICSA-17-117-01B": "6.02 (excluding Version 5.83 Version 5.92 and all subsequent minor releases)",
    "ICSA-22-172-03": "2700988",  # an order number
    "ICSA-19-353-04": "< 2.15 (Firmware versions prior to 8.26.4)",
    "ICSA-20-303-02": "<= first 2  digits of serial number are 04",
}


@pytest.mark.parametrize(("origin", "text", "verdicts"), ROWS, ids=[row[1] for row in ROWS])
def test_a_version_is_judged_by_the_text_of_a_real_advisory(origin, text, verdicts):
    vendor = origin.split()[1]
    for verdict in verdicts.split("; "):
        version, expected = verdict.rsplit(" ", 1)
        assert (version, affects(text, version, vendor)) == (version, VERDICTS[expected])


@pytest.mark.parametrize("text", REFUSED.values())
def test_a_text_of_which_a_word_is_not_understood_says_nothing_of_any_version(text):
    assert not understood(text)
    assert {affects(text, version) for version in ("0.1", "4.5", "99.9", "")} == {None}


def test_the_sample_is_of_many_texts():
    assert len({row[1] for row in ROWS}) >= 120


def test_a_text_longer_than_any_advisory_s_is_not_read():
    assert not understood("1.0 | " * LONGEST + "1.1")
